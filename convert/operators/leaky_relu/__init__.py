"""LEAKY_RELU."""
