"""`python -m plumbline.training fit NAME`, and `descent`. It is in `training/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

from plumbline.common.ending import run

if __name__ == "__main__":
    run("plumbline.training.cli")
