"""Emulators that are modules of ours around a package of PyPI: each a process of its own, with the board's line on a socket that it inherits."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

from plumbline.common.board_description import Board
from plumbline.common.errors import SetupFailed
from plumbline.common.paths import install_anew


@dataclass(frozen=True)
class OwnEmulator:
    """One of them."""

    module: str
    """What Python runs."""
    package: str
    """What it is built around."""
    resets: bool
    """Whether it knows that a firmware resets itself, and can be asked to start it again."""

    def check(self, on: Board) -> None:
        """See that it can run.

        Raises:
            SetupFailed: the package is not installed.
        """
        if importlib.util.find_spec(self.package) is None:
            kind = "" if on.virtual else "emulated "
            raise SetupFailed(f"The {kind}{on.title} takes the package {self.package}, which is not installed.", install_anew("emulator"))

    def command(self, on: Board, image: Path, listener: int, reboots: bool) -> list[str]:
        """What starts it; see `emulators.Emulator`."""
        del on  # every board with the same chip looks the same from its line
        again = ["--reboots"] if self.resets and reboots else []
        return [sys.executable, "-m", self.module, str(image), "--listener", str(listener), *again]


NRF52840 = OwnEmulator("plumbline.host.nrf52840", "unicorn", resets=True)
RP2040 = OwnEmulator("plumbline.host.rp2040", "rp2040py", resets=False)
