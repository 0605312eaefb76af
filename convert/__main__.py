"""`python -m convert NAME`, or `python -m convert --model FILE`. It is in `convert/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

from common.ending import run

if __name__ == "__main__":
    run("convert.cli")
