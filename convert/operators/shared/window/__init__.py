"""Windows that slide over an image."""
