"""The emulated nRF52840 as an emulator of boards that one can own as well: a process of its own, whose USB port is on a socket."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from plumbline.common.board_description import Board
from plumbline.common.errors import SetupFailed
from plumbline.common.paths import install_anew

MODULE = "plumbline.host.nrf52840"


def check(on: Board) -> None:
    """See that the processor is there.

    Raises:
        SetupFailed: Unicorn is not installed.
    """
    if importlib.util.find_spec("unicorn") is None:
        raise SetupFailed(f"The emulated {on.title} takes the package unicorn, which is not installed.", install_anew("emulator"))


def command(on: Board, image: Path, listener: int, reboots: bool) -> list[str]:
    """What runs an image; see `emulators.Emulator`."""
    del on  # every board with this chip looks the same from its USB port
    return [sys.executable, "-m", MODULE, str(image), "--listener", str(listener), *(["--reboots"] if reboots else [])]
