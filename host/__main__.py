"""`python -m plumbline.host COMMAND`: the host tools. It is in `host/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

from plumbline.common.ending import run

if __name__ == "__main__":
    run("plumbline.host.cli")
