"""Puts an image on a board through its boot loader: a touch at 1200 baud, SAM-BA or bossac, a reset.

The boot loader starts what stands at APPLICATION, unless its first words are blank: then it waits for an upload.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import serial
from elftools.elf.elffile import ELFFile

from plumbline.common import progress, usage
from plumbline.common.board_description import Board
from plumbline.common.errors import BoardNotFound, PortBusy, PortDenied, SeveralBoards, UploadFailed
from plumbline.common.paths import platformio_core
from plumbline.host.devices import discovery
from plumbline.host.devices.deadline import Deadline
from plumbline.host.devices.serial_open import open_port
from plumbline.host.firmware import platformio
from plumbline.host.firmware.samba import BLANK, PAGE_BYTES, BootLoader

APPLICATION = 0x10000
"""Where firmware begins: the 64 kB before are the boot loader's."""
TOUCH_BAUD = 1200
BOOT_LOADER_S = 10.0
"""How long the boot loader's port may take to appear."""
SETTLE_S = 2.0
"""A new port may first belong to nobody, until udev has set its rights, or to a program that looks for modems."""
PLATFORMIO_BOSSAC = Path("packages") / "tool-bossac-nordicnrf52" / "bossac"


def upload(image: Path, kind: Board, device: str) -> None:
    """Write an ELF file into a board's flash and start it.

    Args:
        device: the port, of the running firmware or of the boot loader.

    Raises:
        UploadFailed, SeveralBoards, PortBusy, PortDenied, BoardNotFound: with the cause, and what to do.
    """
    data = flash_bytes(image)
    waiting = _waiting_port(kind, device)
    if bossac := _bossac():
        binary = image.with_suffix(".bin")
        binary.write_bytes(data)
        if _by_bossac(bossac, binary, waiting):
            return
    by_samba(data, waiting, kind)


def flash_bytes(image: Path) -> bytes:
    """What an ELF file puts into the flash from APPLICATION on.

    Raises:
        UploadFailed: it begins elsewhere.
    """
    with image.open("rb") as file:
        loaded = [each for each in ELFFile(file).iter_segments() if each["p_type"] == "PT_LOAD" and each["p_filesz"]]
        parts = {each["p_paddr"]: each.data() for each in loaded}
    if min(parts, default=0) != APPLICATION:
        begins = f"at 0x{min(parts):X}" if parts else "nowhere"
        raise UploadFailed(f"{image} begins {begins}, a firmware behind the boot loader at 0x{APPLICATION:X}.", "Build it anew.")
    data = bytearray([BLANK]) * (max(start + len(part) for start, part in parts.items()) - APPLICATION)
    for start, part in parts.items():
        data[start - APPLICATION : start - APPLICATION + len(part)] = part
    return bytes(data)


def by_samba(data: bytes, device: str, kind: Board) -> None:
    """Upload through our own SAM-BA.

    Raises:
        UploadFailed: what `BootLoader` raises, or the port went away.
        PortBusy, PortDenied, BoardNotFound: the port cannot be opened.
    """
    written = 0
    try:
        with _opened(device) as port:
            boot_loader = BootLoader(port)
            boot_loader.begin()
            with progress.task("Uploading", -(-len(data) // PAGE_BYTES), "pages") as advance:
                for offset, page in in_order(data):
                    boot_loader.write(offset, page)
                    written += 1
                    advance(1)
            boot_loader.reset()
    except (serial.SerialException, OSError) as gone:
        raise UploadFailed(
            f"The port {device} went away after {written} pages of the upload.",
            f"Look at the cable. The board then waits in its boot loader: run {usage.command('flash')} again. {kind.enter_boot_loader}",
        ) from gone


def in_order(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The pages and where they go. The first one comes last, and blank before all: a board whose upload was cut off waits for another one."""
    pages = [(at, data[at : at + PAGE_BYTES].ljust(PAGE_BYTES, bytes([BLANK]))) for at in range(0, len(data), PAGE_BYTES)]
    yield 0, bytes([BLANK]) * PAGE_BYTES
    yield from pages[1:]
    yield pages[0]


def touch(device: str) -> None:
    """Ask the running firmware for its boot loader: the port is opened at 1200 baud and closed."""
    try:
        with serial.Serial(device, TOUCH_BAUD, write_timeout=1.0) as port:
            port.dtr = False
    except (serial.SerialException, OSError):
        pass  # it may be gone before it is closed; whether the boot loader came is seen next


def _waiting_port(kind: Board, device: str) -> str:
    """The boot loader's port.

    Raises:
        UploadFailed: it does not appear.
        SeveralBoards: two boards wait, and it cannot be told which is meant.
    """
    before = {port.device: port for port in discovery.list_all()}
    known = before.get(device)
    if known is not None and known.usb == kind.usb_boot_loader:
        return device
    others = {port.device for port in before.values() if port.usb == kind.usb_boot_loader}
    with progress.task("Waiting for the boot loader"):
        touch(device)
        deadline = Deadline(BOOT_LOADER_S)
        while not deadline.expired:
            found = [port for port in discovery.list_all() if port.usb == kind.usb_boot_loader and port.device not in others]
            own = [port for port in found if known and known.serial_number and port.serial_number.endswith(known.serial_number)] or found
            if len(own) == 1:
                return own[0].device
            if own:
                names, first = ", ".join(port.device for port in own), own[0].device
                raise SeveralBoards(f"{len(own)} boards wait in their boot loaders: {names}.", f"Choose one: {usage.command('flash', port=first)}.")
            time.sleep(0.1)
    raise UploadFailed(
        f"The board on {device} did not enter its boot loader.", f"{kind.enter_boot_loader} Then run {usage.command('flash')} again.".strip()
    )


def _opened(device: str) -> serial.Serial:
    """The boot loader's port, which the system may still be preparing."""
    deadline = Deadline(SETTLE_S)
    while True:
        try:
            return open_port(device)
        except (PortBusy, PortDenied, BoardNotFound):
            if deadline.expired:
                raise
            time.sleep(0.1)


def _bossac() -> str | None:
    """Arduino's or PlatformIO's bossac where it is installed."""
    own = platformio_core() / PLATFORMIO_BOSSAC
    return str(own) if own.is_file() else shutil.which("bossac")


def _by_bossac(program: str, binary: Path, device: str) -> bool:
    """Whether bossac did it: one that knows no nRF52840, as that of Debian, says so and leaves the board alone."""
    command = [program, f"--port={Path(device).name}", "-U", "-i", "-e", "-w", str(binary), "-v", "-R"]
    with progress.task("Uploading with bossac", 200, "%") as advance:
        return platformio.run(command, os.environ, binary.with_name("upload.log"), platformio.Watch(advance, upload=True)) is None
