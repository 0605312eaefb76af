"""ADD and SUB."""
