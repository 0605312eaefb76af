"""Products of two matrices, of which either may be computed at run time."""
