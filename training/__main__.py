"""`python -m training fit NAME` and `python -m training descent`. It is in `training/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

from common.ending import run

if __name__ == "__main__":
    run("training.cli")
