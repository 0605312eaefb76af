"""RELU6."""
