"""RESHAPE."""
