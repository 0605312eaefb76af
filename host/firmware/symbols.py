"""Names for the addresses in a board's last words, from the image that it runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from elftools.common.exceptions import DWARFError, ELFError
from elftools.elf.elffile import ELFFile

from plumbline.common.errors import BoardLost

_ADDRESS = re.compile(r"(pc|called from) 0x([0-9a-f]{8})")


@contextmanager
def naming(image: Callable[[], Path | None]) -> Iterator[None]:
    """Inside the `with` block a BoardLost says the functions beside the addresses.

    Args:
        image: gives the ELF file of the firmware that the board runs, as far as that is known by then; where it is missing the addresses
            stay alone.
    """
    try:
        yield
    except BoardLost as error:
        known = image()
        if known is None:
            raise
        raise BoardLost(_ADDRESS.sub(lambda found: found[0] + _place(known, found[1], int(found[2], 16)), error.message), error.hint) from error


def _place(image: Path, what: str, address: int) -> str:
    """` (function, file:line)`, or nothing where it is not known."""
    # a return address is behind its call, with the bit for Thumb code set
    at = address if what == "pc" else max(0, (address & ~1) - 2)
    try:
        with image.open("rb") as file:
            elf = ELFFile(file)
            known = [part for part in (_function(elf, at), _line(elf, at)) if part]
    except (OSError, ELFError, DWARFError):
        return ""
    return f" ({', '.join(known)})" if known else ""


def _function(elf: ELFFile, address: int) -> str:
    """The function that the linker placed there; one that the compiler put into another has that one's name."""
    table = elf.get_section_by_name(".symtab")
    functions = [] if table is None else [each for each in table.iter_symbols() if each["st_info"]["type"] == "STT_FUNC"]
    return next((each.name for each in functions if 0 <= address - (each["st_value"] & ~1) < each["st_size"]), "")


def _line(elf: ELFFile, address: int) -> str:
    """`file:line`, where the image was compiled with debugging information."""
    if not elf.has_dwarf_info():
        return ""
    dwarf = elf.get_dwarf_info()
    ranges = dwarf.get_aranges()
    unit = ranges.cu_offset_at_addr(address) if ranges else None
    program = None if unit is None else dwarf.line_program_for_CU(dwarf.get_CU_at(unit))
    if program is None:
        return ""
    states = [each.state for each in program.get_entries() if each.state]
    for here, behind in pairwise(states):
        if here.address <= address < behind.address and not here.end_sequence:
            file = program["file_entry"][here.file - (program["version"] < 5)]  # counted from 1 before DWARF 5
            return f"{file.name.decode(errors='replace')}:{here.line}"
    return ""
