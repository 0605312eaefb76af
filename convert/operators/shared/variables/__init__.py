"""What READ_VARIABLE and ASSIGN_VARIABLE share, and the options by which they and their like are found."""
