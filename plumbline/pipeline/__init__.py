"""From what a user names to a verified board: which stages have to run, each in its place, and what becomes of a run."""
