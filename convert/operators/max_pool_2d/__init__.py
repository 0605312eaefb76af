"""MAX_POOL_2D."""
