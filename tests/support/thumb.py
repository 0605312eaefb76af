"""Small Thumb programs for the emulated nRF52840, as halfwords with the instruction beside them: no compiler is needed to test the chip."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping

from plumbline.host.nrf52840.chip import Chip

STACK, CODE, HANDLER = 0x2004_0000, 0x100, 0x400
RESULTS = 0x2000_0000
"""Where the programs leave what they found; r7 is this address when they begin."""
_BEGIN = "F04F 5700   mov.w r7, #0x20000000"
_LOOP = "E7FE        b ."
_END = """
    BF30        wfi
    E7FD        b . - 2
"""
_LINE = re.compile(r"((?:[0-9A-F]{4}(?: |$))+)")


def halfwords(program: str) -> bytes:
    """Each line begins with the one or two halfwords of its instruction, in hexadecimal; what follows is for the reader."""
    lines = [line.strip() for line in program.splitlines() if line.strip()]
    found = [_LINE.match(line) for line in lines]
    assert all(found), f"no halfwords in {lines[found.index(None)] if None in found else ''}"
    return b"".join(struct.pack("<H", int(each, 16)) for match in found if match for each in match[1].split())


def chip_with(program: str = "", handlers: Mapping[int, str] | None = None, seed: int = 1) -> Chip:
    """A chip that runs a program from reset and then sleeps.

    Args:
        handlers: programs of exceptions, by number; those of all others branch to themselves.
    """
    chip = Chip(seed)
    vectors = [STACK, CODE | 1] + [HANDLER | 1] * 62
    chip.write_flash(HANDLER, halfwords(_LOOP))
    for place, (number, handler) in enumerate((handlers or {}).items()):
        address = HANDLER + 0x100 * (place + 1)
        vectors[number] = address | 1
        chip.write_flash(address, halfwords(handler))
    chip.write_flash(0, struct.pack(f"<{len(vectors)}I", *vectors))
    chip.write_flash(CODE, halfwords("\n".join((_BEGIN, program, _END))))
    return chip


def idle_chip(seed: int = 1) -> Chip:
    """A chip whose processor sleeps: registers are driven from outside, and time passes at once."""
    return run(chip_with(seed=seed), 10)


def run(chip: Chip, ticks: int = 2000) -> Chip:
    """Let it run for so many ticks."""
    chip.run(lambda: False, ticks)
    return chip


def words(chip: Chip, count: int) -> list[int]:
    """What the program left at RESULTS."""
    return list(struct.unpack(f"<{count}I", chip.read_memory(RESULTS, 4 * count)))
