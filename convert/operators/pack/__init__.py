"""PACK."""
