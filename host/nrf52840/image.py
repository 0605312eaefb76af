"""What a firmware's file puts into flash, and the names of its functions: ELF with symbols, Intel HEX, or raw bytes."""

from __future__ import annotations

import io
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from plumbline.common.errors import UsageError
from plumbline.host.nrf52840.processor import FLASH_SIZE

_NOT_FLASH = (0x1000_0000, 0x2000_0000)
"""Where UICR is, which images may hold too."""


@dataclass(frozen=True)
class Image:
    """Pieces of flash by their address, and functions sorted by theirs."""

    pieces: tuple[tuple[int, bytes], ...]
    functions: tuple[tuple[int, str], ...] = ()

    @property
    def start(self) -> int:
        """The lowest address, where the vector table is."""
        return min(address for address, _ in self.pieces)

    def where(self, address: int) -> str:
        """An address as a person reads it: with the function that it is in, where the image tells."""
        place = bisect_right(self.functions, (address, "\uffff")) - 1
        if place < 0:
            return f"{address:#010x}"
        start, name = self.functions[place]
        return f"{address:#010x} ({name}+{address - start:#x})"


def load(path: Path, address: int = 0) -> Image:
    """Read an image.

    Args:
        path: an ELF or HEX file; anything else is taken for raw bytes.
        address: where raw bytes belong.

    Raises:
        UsageError: it is damaged, is empty, or does not fit into the flash of an nRF52840.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The image {path} cannot be read: {error.strerror}.", "Name an ELF, HEX or BIN file.") from error
    try:
        if data[:4] == b"\x7fELF":
            image = _elf(data)
        elif data[:1] == b":":
            image = Image(_hex(data.decode("ascii")))
        else:
            image = Image(((address, data),) if data else ())
    except (ELFError, ValueError, KeyError, IndexError) as error:
        raise UsageError(f"The image {path} is damaged: {error}.", "Build it anew.") from error
    if not image.pieces:
        raise UsageError(f"The image {path} is empty.", "Build it anew.")
    for start, piece in image.pieces:
        if start + len(piece) > FLASH_SIZE:
            raise UsageError(
                f"The image {path} has {len(piece)} bytes at {start:#010x}, where an nRF52840 has no flash.",
                "Build it for the Nano 33 BLE or an nRF52840.",
            )
    return image


def _elf(data: bytes) -> Image:
    file = ELFFile(io.BytesIO(data))
    if file["e_machine"] != "EM_ARM":
        raise ValueError("it is for another processor than Arm's")
    segments = [each for each in file.iter_segments() if each["p_type"] == "PT_LOAD" and each["p_filesz"]]
    table = file.get_section_by_name(".symtab")
    symbols = [] if table is None else table.iter_symbols()
    functions = sorted({(each["st_value"] & ~1, each.name) for each in symbols if each["st_info"]["type"] == "STT_FUNC"})
    return Image(tuple((each["p_paddr"], each.data()) for each in segments), tuple(functions))


def _hex(text: str) -> tuple[tuple[int, bytes], ...]:
    """Intel HEX; neighbouring records are joined. Words for UICR are left out, as they belong to the board."""
    pieces: list[tuple[int, bytearray]] = []
    upper = 0
    for line in text.split():
        record = bytes.fromhex(line[1:])
        if line[0] != ":" or len(record) != record[0] + 5 or sum(record) & 0xFF:
            raise ValueError(f"the record {line[:60]} has a wrong length or checksum")
        address, kind, body = int.from_bytes(record[1:3], "big"), record[3], record[4:-1]
        if kind == 0:
            if pieces and pieces[-1][0] + len(pieces[-1][1]) == upper + address:
                pieces[-1][1].extend(body)
            else:
                pieces.append((upper + address, bytearray(body)))
        elif kind == 1:
            break
        elif kind in (2, 4):
            upper = int.from_bytes(body, "big") << (4 if kind == 2 else 16)
    return tuple((start, bytes(piece)) for start, piece in pieces if not _NOT_FLASH[0] <= start < _NOT_FLASH[1])
