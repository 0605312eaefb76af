"""`python -m tests.faults`: tries to fool the verifier. It is in `tests/faults/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

from plumbline.common.ending import run

if __name__ == "__main__":
    run("tests.faults.cli")
