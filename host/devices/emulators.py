"""The emulators that run boards on this computer: what each is called, whether it is installed, and the command that starts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plumbline.common.board_description import Board
from plumbline.host.devices import qemu
from plumbline.host.devices.own_emulator import NRF52840, RP2040


@dataclass(frozen=True)
class Emulator:
    """One kind of emulator."""

    name: str
    """As a message begins with it."""
    short: str
    """In a table."""
    check: Callable[[Board], object]
    """Raises QemuMissing or SetupFailed where it is not installed for the board."""
    announces: bool
    """Whether the board's line is there only after a while: then it closes its standard output, once it is, or ends."""
    command: Callable[[Board, Path, int, bool], list[str]]
    """What starts it, of the board, the ELF file, the file descriptor of a listening socket that it inherits, and whether the firmware starts again
    after a reset. The board's serial line is on that socket."""


_QEMU = Emulator("QEMU", "QEMU", lambda board: qemu.program(board.family), False, qemu.command)
_OTHERS = {
    "nrf52840": Emulator("The emulated nRF52840", "emulator", NRF52840.check, True, NRF52840.command),
    "rp2040": Emulator("The emulated RP2040", "rp2040py", RP2040.check, False, RP2040.command),
}
"""By what `custom_emulated_by` or `custom_emulator` calls them."""


def of(board: Board) -> Emulator:
    """The emulator of a board that can be emulated."""
    return _OTHERS.get(board.emulated_by or board.machine, _QEMU)
