"""Operators of several operands that are walked together, and one result."""
