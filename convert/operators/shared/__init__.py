"""Mechanisms that several operators have in common."""
