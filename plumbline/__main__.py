"""`python -m plumbline`, and the command `plumbline`. It is in `plumbline/cli.py`, imported where a missing package becomes a message."""

from __future__ import annotations

import importlib
from typing import NoReturn

from plumbline.common import system
from plumbline.common.ending import run


def main() -> NoReturn:
    """Run the command that was typed, and exit."""
    run(_command)


def _command() -> int:
    system.check()
    code: int = importlib.import_module("plumbline.cli").main()
    return code


if __name__ == "__main__":
    main()
