"""How much flash and RAM an image takes, from the program headers of its ELF file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.constants import P_FLAGS, SH_FLAGS
from elftools.elf.elffile import ELFFile

from plumbline.common.documents import Count

_RAM_START = 0x2000_0000
"""Of Arm's microcontrollers: nothing that is loaded above it is flash."""
_HEAP = ".heap"
"""The section that a linker script stretches over what RAM is left, as the Arduino core's does: a program that grows takes its place."""


@dataclass(frozen=True)
class Size:
    """Bytes; stacks the linker assigns count as RAM, the heap does not."""

    flash: Count
    ram: Count


def size_of(image: Path) -> Size | None:
    """The size of a firmware; None where there is no 32-bit little-endian ELF file at `image`."""
    try:
        with image.open("rb") as file:
            elf = ELFFile(file)
            if elf.elfclass != 32 or not elf.little_endian:
                return None
            loaded = [each.header for each in elf.iter_segments() if each["p_type"] == "PT_LOAD"]
            heap = sum(each["sh_size"] for each in elf.iter_sections() if each.name == _HEAP and each["sh_flags"] & SH_FLAGS.SHF_ALLOC)
    except (OSError, ELFError):
        return None
    arm = elf["e_machine"] == "EM_ARM"
    # Elsewhere what is written to, and what the file holds nothing of: Zig's linker takes a stack for read only.
    in_ram = [each for each in loaded if (each["p_vaddr"] >= _RAM_START if arm else each["p_flags"] & P_FLAGS.PF_W or not each["p_filesz"])]
    return Size(sum(each["p_filesz"] for each in loaded), sum(each["p_memsz"] for each in in_ram) - heap)
