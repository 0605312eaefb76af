"""What a board must answer, and how far from the float model that may lie."""
