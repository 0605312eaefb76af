"""UNPACK."""
