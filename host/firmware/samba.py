"""SAM-BA as Arduino's boot loader of the Nano 33 BLE speaks it: what is asked and answered over its serial port.

A command is a letter with up to two hexadecimal numbers and a `#`. The answers are those of the boot loader in ArduinoCore-mbed
(bootloaders/nano33ble), the commands those of BOSSA (src/Samba.cpp in its branch nrf). That boot loader has no command that reads memory.
"""

from __future__ import annotations

import re
from binascii import crc_hqx

import serial

from plumbline.common.errors import UploadFailed
from plumbline.host.devices.deadline import Deadline

PAGE_BYTES = 4096
"""Of the flash: it is erased by pages. The boot loader's buffer takes one."""
CHIP = "nRF52840-QIAA"
NEEDED = frozenset("IKYZ")
"""What the version has to name: identify, reset, write, checksum."""
ANSWER_S = 1.0
WRITE_S = 3.0
"""A page takes 85 ms to erase and 43 ms to write (nRF52840 Product Specification, NVMC)."""
ATTEMPTS = 3
BLANK = 0xFF


class NoAnswer(Exception):
    """The boot loader did not say in time what it says when all went well."""


def features_of(version: bytes) -> frozenset[str]:
    """The commands that a version names behind its text, `[Arduino:IKXYZ]`; none where it names none."""
    found = re.search(rb"\[Arduino:([A-Z]*)\]", version)
    return frozenset(found[1].decode()) if found else frozenset()


def checksum_of(answer: bytes) -> int | None:
    """The number in an answer to `Z`, for instance 0x1A2B of `Z00001A2B#`; None where there is none."""
    found = re.match(rb"Z([0-9A-F]{8})#", answer)
    return int(found[1], 16) if found else None


def checksum(data: bytes) -> int:
    """CRC-16 with the polynomial 0x1021, from 0 (XMODEM)."""
    return crc_hqx(data, 0)


class BootLoader:
    """An open port behind which a boot loader waits.

    Every method raises `serial.SerialException` or OSError where the port goes away.
    """

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def begin(self) -> None:
        """See that it is the boot loader that this speaks with.

        Raises:
            UploadFailed: nobody answers, or another boot loader.
        """
        try:
            self._recover()
            version = self._ask(b"V#", b"\n\r")
            chip = self._ask(b"I#", b"\n\r")
        except NoAnswer as silent:
            raise UploadFailed("The boot loader does not answer.", "Press the board's reset button twice, then flash again.") from silent
        if missing := NEEDED - features_of(version):
            raise UploadFailed(
                f"The boot loader calls itself {_shown(version)}, which lacks {', '.join(sorted(missing))}.",
                "This is not Arduino's boot loader of the Nano 33 BLE: use the upload tool that came with it.",
            )
        if _shown(chip) != CHIP:
            raise UploadFailed(f"The boot loader is on a chip {_shown(chip)}, not on {CHIP}.", "Look whether the right port was named.")

    def write(self, offset: int, page: bytes) -> None:
        """Write one page and compare its checksum, again where something was lost on the way.

        Args:
            offset: bytes from where firmware begins in the flash; a multiple of PAGE_BYTES.
            page: PAGE_BYTES bytes.

        Raises:
            UploadFailed: it did not get there in ATTEMPTS.
        """
        wrong = ""
        for _ in range(ATTEMPTS):
            try:
                self._port.write(b"S%08X,%08X#" % (0, PAGE_BYTES) + page)
                self._ask(b"Y%08X,0#" % 0, b"Y\n\r")
                self._ask(b"Y%08X,%08X#" % (offset, PAGE_BYTES), b"Y\n\r", WRITE_S)
                found = checksum_of(self._ask(b"Z%08X,%08X#" % (offset, PAGE_BYTES), b"#\n\r"))
                if found == checksum(page):
                    return
                wrong = f"its checksum is 0x{found:04X} instead of 0x{checksum(page):04X}" if found is not None else "its checksum was garbled"
            except NoAnswer:
                wrong = "the boot loader did not answer"
                self._recover_or_fail(offset)
        raise UploadFailed(
            f"The page at 0x{offset:X} was sent {ATTEMPTS} times, and {wrong}.",
            "Plug the board straight into the computer, with another cable if there is one, and flash again.",
        )

    def reset(self) -> None:
        """Start what is in the flash; the port goes away."""
        self._port.write(b"K#")

    def _recover_or_fail(self, offset: int) -> None:
        try:
            self._recover()
        except NoAnswer as silent:
            raise UploadFailed(f"The boot loader fell silent at 0x{offset:X}.", "Press the board's reset button twice, then flash again.") from silent

    def _recover(self) -> None:
        """Bring it to the beginning of a command: these bytes fill the rest of a page that it waits for, or end a command."""
        self._port.write(b"#" * PAGE_BYTES)
        self._ask(b"N#", b"\n\r")

    def _ask(self, command: bytes, end: bytes, within_s: float | None = None) -> bytes:
        """Send a command and take bytes until `end`, for ANSWER_S where nothing else is said. What came before is thrown away.

        Raises:
            NoAnswer: not in time.
        """
        while self._port.in_waiting:  # pyserial's own way to empty it raises something else where the port is gone
            self._port.read(self._port.in_waiting)
        self._port.write(command)
        deadline, answer = Deadline(within_s or ANSWER_S), b""
        while not deadline.expired:
            answer += self._port.read(max(1, self._port.in_waiting))
            if command != b"N#":
                answer = answer.lstrip(b"\n\r")  # of an answer before, which came late
            if end in answer:
                return answer[: answer.index(end) + len(end)]
        raise NoAnswer


def _shown(answer: bytes) -> str:
    """The text of an answer: the boot loader sends what stands behind it in its memory as well."""
    found = re.match(rb"[ -~]*", answer)
    return found[0].decode() if found else ""
