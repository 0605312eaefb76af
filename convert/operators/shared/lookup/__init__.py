"""Operators that answer each code by itself."""
