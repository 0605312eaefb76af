"""QUANTIZE."""
