"""A Nano 33 BLE as its serial port shows it: a firmware that goes into the boot loader at 1200 baud, and Arduino's boot loader with its SAM-BA.

Behind a pseudo-terminal. What the boot loader does is what its image in ArduinoCore-mbed does (bootloaders/nano33ble/bootloader.elf, `main`).
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import struct
import termios
import threading
import tty
from binascii import crc_hqx
from dataclasses import dataclass, replace
from typing import Self

from plumbline.common import boards
from plumbline.host.devices import discovery

BOARD = boards.board("nano33ble_bare")
FLASH_BYTES = 0xF0000
PAGE_BYTES = 4096
VERSION = b"Arduino Bootloader (SAM-BA extended) 2.0 [Arduino:IKXYZ]\n\r\0n"
SERIAL_NUMBER = "5566778811223344"


@dataclass
class Faults:
    """What goes wrong. Pages are counted from 0 as they are sent, each attempt anew."""

    lost: tuple[int, ...] = ()
    """The sends that a byte is missing of."""
    flipped: tuple[int, ...] = ()
    """The sends of which a bit arrives wrong."""
    gone_at: int | None = None
    """The send in the middle of which the cable comes out."""
    mute: bool = False
    version: bytes = VERSION
    chip: bytes = b"nRF52840-QIAA\n\r\0X"
    stays: bool = False
    """The firmware does not go into the boot loader."""


class NanoBoard:
    """Begins with a firmware running, or `in_boot_loader`; a `with` block ends its thread."""

    def __init__(self, faults: Faults | None = None, in_boot_loader: bool = False) -> None:
        self.faults = replace(faults) if faults else Faults()
        self.flash = bytearray(b"\xaa" * FLASH_BYTES)
        self.running = not in_boot_loader
        self.plugged = True
        self.starts = 0
        self.sends = 0
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)
        self._command = b""
        self._page = bytearray(PAGE_BYTES)
        self._waits_for = 0  # bytes of a page
        self._source = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for each in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(each)

    def ports(self) -> list[discovery.Port]:
        """What the system lists."""
        usb = BOARD.usb if self.running else BOARD.usb_boot_loader
        number = SERIAL_NUMBER if self.running else SERIAL_NUMBER.rjust(32, "0")
        return [discovery.Port(self.device, usb, "Nano 33 BLE", number)] if self.plugged else []

    def _live(self) -> None:
        while not self._ended.is_set() and self.plugged:
            if self.running:
                touched = termios.tcgetattr(self._master)[5] == termios.B1200
                self.running = self.faults.stays or not touched
            if not select.select([self._master], [], [], 0.01)[0]:
                continue
            try:
                data = os.read(self._master, 8192)
            except OSError:
                return
            while data and self.plugged and not self.running:
                data = self._take_of_page(data) if self._waits_for else self._take(data)

    def _take(self, data: bytes) -> bytes:
        """Of a command; what is behind it stays."""
        command, ends, rest = data.partition(b"#")
        self._command = (self._command + command + ends)[-64:]
        if ends:
            whole, self._command = self._command, b""
            if not self.faults.mute:
                self._obey(whole)
        return rest.lstrip(b"#") if command == b"" else rest  # no command at all, again and again

    def _take_of_page(self, data: bytes) -> bytes:
        """A page is hurt in its middle."""
        at, middle, send = PAGE_BYTES - self._waits_for, PAGE_BYTES // 2, self.sends - 1
        taken, rest = data[: self._waits_for], data[self._waits_for :]
        if at <= middle < at + len(taken):
            if send == self.faults.gone_at:
                self.plugged = False
                os.close(self._master)
                return b""
            if send in self.faults.lost:
                self.faults.lost = tuple(each for each in self.faults.lost if each != send)
                return data[: middle - at] + data[middle - at + 1 :]
            if send in self.faults.flipped:
                taken = taken[: middle - at] + bytes([taken[middle - at] ^ 1]) + taken[middle - at + 1 :]
        self._page[at : at + len(taken)] = taken
        self._waits_for -= len(taken)
        return rest

    def _obey(self, command: bytes) -> None:
        first, second = (_number(command[at:]) for at in (1, 10))
        match command[:1]:
            case b"N":
                self._say(b"\n\r")
            case b"V":
                self._say(self.faults.version)
            case b"I":
                self._say(self.faults.chip)
            case b"X":
                self._say(b"X\n\r")  # and erases nothing
            case b"S":
                self._waits_for, self.sends = second, self.sends + 1
            case b"Y":
                self._write(first, second)
                self._say(b"Y\n\r")
            case b"Z":
                self._say(b"Z%08X#\n\r" % crc_hqx(bytes(self.flash[first : first + min(second, PAGE_BYTES)]), 0))
            case b"K":
                self.running, self.starts = True, self.starts + 1
                self._speed_back()

    def _write(self, first: int, size: int) -> None:
        if not size:
            self._source = first
        elif first % PAGE_BYTES == 0 and size % PAGE_BYTES == 0:  # otherwise the driver of its flash refuses, and nobody hears of it
            self.flash[first : first + size] = self._page[self._source : self._source + size]

    def _speed_back(self) -> None:
        attributes = termios.tcgetattr(self._master)
        attributes[4] = attributes[5] = termios.B115200
        termios.tcsetattr(self._master, termios.TCSANOW, attributes)

    def _say(self, answer: bytes) -> None:
        os.write(self._master, answer)


def _number(text: bytes) -> int:
    """As C's strtoul."""
    return int(re.match(rb"[0-9a-fA-F]*", text)[0] or b"0", 16)  # type: ignore[index]  # it matches always


def elf_of(parts: dict[int, bytes]) -> bytes:
    """An ELF file for Arm that loads these parts at these addresses."""
    head, entry = 52, 32
    at, headers, body = head + entry * len(parts), b"", b""
    for address, data in parts.items():
        headers += struct.pack("<8I", 1, at + len(body), address, address, len(data), len(data), 5, 4)
        body += data
    ident = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    return ident + struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, 0, head, 0, 0x5000200, head, entry, len(parts), 40, 0, 0) + headers + body
