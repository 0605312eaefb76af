"""A recipe in, a trained float model out."""
