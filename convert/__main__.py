"""`python -m plumbline.convert NAME`, or `--model FILE`. It is in `convert/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

from plumbline.common.ending import run

if __name__ == "__main__":
    run("plumbline.convert.cli")
