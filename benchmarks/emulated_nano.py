"""How fast the emulated nRF52840 is: multiply-accumulates, accesses to registers, and exceptions. `python -m benchmarks.emulated_nano`."""

from __future__ import annotations

import struct
import time

from rich.console import Console
from rich.table import Table

from plumbline.common.ending import run
from plumbline.host.nrf52840.chip import Chip

_VECTORS, _CODE, _HANDLER = 16, 0x100, 0x200
LOOPS = {
    # movs r5, #0; loop: ldrsb.w r3, [r7, r5]; ldrsb.w r4, [r7, r6]; mla r8, r3, r4, r8; adds r5, #1; uxtb r5, r5; b loop
    "instructions of a loop of multiply-accumulates": (0x2500, 0xF917, 0x3005, 0xF917, 0x4006, 0xFB03, 0x8804, 0x3501, 0xB2ED, 0xE7F5),
    # movw r0, #0x1000; movt r0, #0x4001; loop: ldr.w r1, [r0, #0x504]; b loop
    "instructions of a loop that reads the RTC's counter": (0xF241, 0x0000, 0xF2C4, 0x0001, 0xF8D0, 0x1504, 0xE7FC),
    # loop: svc #0; b loop; the handler returns at once
    "instructions of a loop of SVC, whose handler returns": (0xDF00, 0xE7FD),
}
_RETURN = (0x4770,)
_SECONDS = 1.0


def chip_with(code: tuple[int, ...]) -> Chip:
    chip = Chip()
    chip.write_flash(0, struct.pack(f"<{_VECTORS}I", 0x2004_0000, _CODE | 1, *[_HANDLER | 1] * (_VECTORS - 2)))
    for address, halfwords in ((_CODE, (0xF04F, 0x5700, 0x2600, *code)), (_HANDLER, _RETURN)):  # r7 is RAM, r6 is 0
        chip.write_flash(address, struct.pack(f"<{len(halfwords)}H", *halfwords))
    return chip


def per_second(code: tuple[int, ...]) -> float:
    """Instructions in a second of this computer's processor."""
    chip, ticks = chip_with(code), 10_000
    while True:
        before, begin = chip.instructions, time.process_time()
        chip.run(lambda: False, ticks)
        spent = time.process_time() - begin
        if spent > _SECONDS:
            return (chip.instructions - before) / spent
        ticks *= 2


def main() -> int:
    table = Table("what", "a second", title="The emulated nRF52840, in seconds of this computer's processor")
    for what, code in LOOPS.items():
        table.add_row(what, f"{per_second(code):,.0f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    run(main)
