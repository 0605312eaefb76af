"""`python -m plumbline`, and the command `plumbline`. It is in `plumbline/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

from typing import NoReturn

from plumbline.common.ending import run


def main() -> NoReturn:
    """Run the command that was typed, and exit."""
    run("plumbline.cli")


if __name__ == "__main__":
    main()
