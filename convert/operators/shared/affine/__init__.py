"""Operators with one input, whose outputs are lines."""
