"""What every stage shares: the errors, the wire, the manifest, and how files are written."""
