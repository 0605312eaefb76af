"""`python -m torture`: tries to fool the verifier. It is in `torture/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

from common.ending import run

if __name__ == "__main__":
    run("torture.cli")
