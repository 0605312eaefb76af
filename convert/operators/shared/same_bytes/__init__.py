"""Operators whose output is their input in another shape."""
