"""Small Thumb programs as halfwords, on an emulated nRF52840: no compiler is needed to test the chip."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from plumbline.host.nrf52840.chip import Chip

STACK, CODE, HANDLER = 0x2004_0000, 0x100, 0x400
RESULTS = 0x2000_0000
"""Where the programs leave what they found."""
LOOP = 0xE7FE
"""b . (branches to itself)"""


def chip_with(*code: int, handlers: Mapping[int, tuple[int, ...]] | None = None, then: tuple[int, ...] = (LOOP,)) -> Chip:
    """A chip that begins with these halfwords at 0x100, then branches to itself.

    Args:
        handlers: the halfwords of the handlers of exceptions, by number; those of all others branch to themselves.
    """
    chip = Chip()
    vectors = [STACK, CODE | 1] + [HANDLER | 1] * 62
    chip.write_flash(HANDLER, struct.pack("<H", LOOP))
    for place, (number, halfwords) in enumerate((handlers or {}).items()):
        address = HANDLER + 0x80 * (place + 1)
        vectors[number] = address | 1
        chip.write_flash(address, struct.pack(f"<{len(halfwords)}H", *halfwords))
    chip.write_flash(0, struct.pack(f"<{len(vectors)}I", *vectors))
    chip.write_flash(CODE, struct.pack(f"<{len(code) + len(then)}H", *code, *then))
    return chip


def run(chip: Chip, ticks: int = 2000) -> Chip:
    """Let it run for so many ticks."""
    chip.run(lambda: False, ticks)
    return chip


def words(chip: Chip, count: int) -> list[int]:
    """What the program left at RESULTS."""
    return list(struct.unpack(f"<{count}I", chip.read_memory(RESULTS, 4 * count)))
