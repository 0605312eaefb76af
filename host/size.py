"""How much flash and RAM an image takes, from the program headers of its ELF file."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_HEADER = struct.Struct("<16xHHIIIIIHHH")
"""ELF32 after its identification: type, machine, version, entry, phoff, shoff, flags, ehsize, phentsize, phnum."""
_SEGMENT = struct.Struct("<IIIIIIII")
"""type, offset, vaddr, paddr, filesz, memsz, flags, align."""
_LOAD = 1
_RAM_START = 0x2000_0000


@dataclass(frozen=True)
class Size:
    """Bytes; stacks the linker assigns count as RAM."""

    flash: int
    ram: int


def size_of(image: Path) -> Size | None:
    """The size of a firmware; None where there is no 32-bit little-endian ELF file at `image`."""
    raw = image.read_bytes() if image.is_file() else b""
    if raw[:6] != b"\x7fELF\x01\x01" or len(raw) < _HEADER.size:
        return None
    *_, table, _, _, _, entry, count = _HEADER.unpack_from(raw)
    segments = [_SEGMENT.unpack_from(raw, table + entry * index) for index in range(count)]
    loaded = [(vaddr, filesz, memsz) for kind, _, vaddr, _, filesz, memsz, _, _ in segments if kind == _LOAD]
    return Size(sum(filesz for _, filesz, _ in loaded), sum(memsz for vaddr, _, memsz in loaded if vaddr >= _RAM_START))
