"""Time passes faster for a thread of the emulated chip that waits by asking, and for no other."""

from __future__ import annotations

import struct

import pytest

from plumbline.host.nrf52840.chip import Chip
from plumbline.host.nrf52840.image import Image
from plumbline.host.nrf52840.spin import SPIN_TICKS

RETURN = 0x4770  # bx lr
YIELD = (0xDF00, 0xE7FD)  # svc 0; b -1 instruction
COUNTING = (0x3001, 0xDF00, 0xE7FC)  # adds r0, #1; svc 0; b
STORING = (0x4908, 0x6008, 0xDF00, 0xE7FC)  # ldr r1, =TEMP's register; str r0, [r1]; svc 0; b to the str
REGISTER = 0x4000_C520


def chip_with(code: tuple[int, ...]) -> Chip:
    """Its vector table is at 0x10000, the handler of SVC at 0x10040 and the code at 0x10044."""
    vectors = [0x2000_1000, 0x1_0045] + [0x1_0041] * 14
    program = struct.pack(f"<16I2H{len(code)}H", *vectors, RETURN, RETURN, *code).ljust(0x68, b"\0") + struct.pack("<I", REGISTER)
    chip = Chip()
    chip.load(Image(((0x1_0000, program),)))
    return chip


@pytest.mark.parametrize(("code", "waits"), [(YIELD, True), (COUNTING, False), (STORING, False)], ids=["it yields", "it counts", "it stores"])
def test_only_calls_that_are_alike_let_time_pass(code: tuple[int, ...], waits: bool) -> None:
    chip, ticks = chip_with(code), 5 * SPIN_TICKS
    chip.run(lambda: False, ticks)
    assert (chip.skipped > ticks // 2) == waits
    assert waits or chip.skipped == 0
