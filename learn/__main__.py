"""`python -m plumbline.learn`: writes the lesson. It is in `learn/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

from plumbline.common.ending import run

if __name__ == "__main__":
    run("plumbline.learn.cli")
