"""An exception that interrupts a handler of the emulated chip gives it back as it was: still a handler, with its own number."""

from __future__ import annotations

from tests.support.thumb import chip_with, run, words

ICSR = (0xF64E, 0x5004, 0xF2CE, 0x0000)
"""movw r0, 0xED04; movt r0, 0xE000"""
PEND_SV, PEND_NMI = (*ICSR, 0xF04F, 0x5380, 0x6003), (*ICSR, 0xF04F, 0x4300, 0x6003)
"""mov r3, a bit; str r3, [r0]"""
NMI, PENDSV = 2, 14
KEEP_IPSR = (0xF3EF, 0x8205, 0xF04F, 0x5100, 0x600A)
"""mrs r2, ipsr; mov r1, #0x20000000; str r2, [r1]"""
BACK = 0x4770
"""bx lr"""


def test_a_handler_goes_on_as_a_handler() -> None:
    chip = chip_with(*PEND_SV, handlers={PENDSV: (*PEND_NMI, 0xBF00, *KEEP_IPSR, BACK), NMI: (BACK,)})
    assert words(run(chip, 200), 1) == [PENDSV]
