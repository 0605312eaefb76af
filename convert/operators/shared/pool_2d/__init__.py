"""What both pools have in common."""
