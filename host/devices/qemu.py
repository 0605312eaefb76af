"""QEMU as an emulator of virtual boards: where the program is, and how it is started."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from plumbline.common import system
from plumbline.common.board_description import Board
from plumbline.common.errors import QemuMissing
from plumbline.common.paths import CHECKOUT
from plumbline.host.devices import qemu_packages

QEMU = "qemu-system-arm"
"""Of the default board."""


def program(family: str = "arm") -> str:
    """The system's, or the one that `qemu_packages` brought.

    Args:
        family: of processors, as QEMU names its programs.

    Raises:
        QemuMissing: there is neither; the hint is the line to type.
    """
    name = f"qemu-system-{family}"
    found = shutil.which(name) or (shutil.which(str(qemu_packages.unpacked())) if name == QEMU else None)
    if found is None:
        hint = (
            _how_to_get()
            if name == QEMU
            else f"Install it: {system.install('qemu-system-misc' if system.debian() == 12 else 'qemu-system-riscv', 'qemu')}"
        )
        raise QemuMissing(f"{name} is not installed.", hint)
    return found


def _how_to_get() -> str:
    fetch = "`make setup`" if CHECKOUT else f"`{sys.executable} -m {qemu_packages.__name__}`"
    line = system.install("qemu-system-arm", "qemu")
    return f"{fetch} unpacks it without any right on this system; or install it: {line}" if qemu_packages.possible() else f"Install it: {line}"


def command(on: Board, image: Path, listener: int, reboots: bool) -> list[str]:
    """What runs an image; see `emulators.Emulator`.

    Raises:
        QemuMissing: see `program`.
    """
    # So many ns of virtual time per instruction: the board's timer then counts instructions exactly, on any host at any load.
    icount = f"shift={on.instruction_ns.bit_length() - 1}"
    uart = f"socket,id=uart,fd={listener},server=on,wait=on,nodelay=on"
    machine = ["-machine", on.machine, *(("-bios", "none") if on.family == "riscv32" else ())]
    return [
        *(program(on.family), *machine, "-nodefaults", "-display", "none", "-monitor", "none", *(() if reboots else ("-no-reboot",))),
        *("-chardev", uart, "-serial", "chardev:uart", "-icount", icount, "-kernel", str(image)),
    ]
