"""Boards of a laboratory, which labgrid shares out: which there are, who holds them, how one is reached."""
