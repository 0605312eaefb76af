"""Talks to a board, real or virtual, and holds its answers against the references."""
