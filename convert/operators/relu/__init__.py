"""RELU."""
