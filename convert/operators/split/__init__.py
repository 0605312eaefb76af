"""SPLIT."""
