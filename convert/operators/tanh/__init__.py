"""TANH."""
