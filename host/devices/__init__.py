"""Boards on the other end of a line: how they are found, opened, started and asked."""
