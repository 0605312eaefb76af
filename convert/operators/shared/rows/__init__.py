"""Rows of a table that indices look up at run time."""
