"""`python -m tools.run TARGET`: what the Makefile's targets do. It is in `tools/targets.py`, imported where whatever happens becomes a message."""

from __future__ import annotations

from plumbline.common.ending import run

if __name__ == "__main__":
    run("tools.targets")
