"""A computation that is interrupted all the time comes out as one that is not: flags, the bits of SIMD and the FPU's registers come back."""

from __future__ import annotations

import pytest

from plumbline.host.nrf52840.chip import Chip
from tests.support.thumb import chip_with, run, words

SYSTICK = 15
BEGIN = """
    F64E 5088   movw r0, #0xed88
    F2CE 0000   movt r0, #0xe000
    F44F 0170   mov.w r1, #0x00f00000
    6001        str r1, [r0]
    EEB7 0A08   vmov.f32 s0, #1.5
    EEF5 0A00   vmov.f32 s1, #0.25
    F24E 0010   movw r0, #0xe010
    F2CE 0000   movt r0, #0xe000
    6046        str r6, [r0, #4]
    2100        movs r1, #0
    6081        str r1, [r0, #8]
    2107        movs r1, #7
    6001        str r1, [r0]
"""
"""r6 is the period."""
COMPUTE = """
    F649 6437   movw r4, #0x9e37
    2500        movs r5, #0
    F240 132C   movw r3, #300
    46A4        mov r12, r4
    EA84 1444   eor.w r4, r4, r4, lsl #5
    EA84 14D4   eor.w r4, r4, r4, lsr #7
    FA84 F14C   uadd8 r1, r4, r12
    FAA4 F28C   sel r2, r4, r12
    18AD        adds r5, r5, r2
    F145 0500   adc r5, r5, #0
    F014 0F10   tst r4, #0x10
    BF16        itet ne
    186D        addne r5, r5, r1
    404D        eoreq r5, r5, r1
    3D03        subne r5, #3
    EE30 1A20   vadd.f32 s2, s0, s1
    EE21 0A20   vmul.f32 s0, s2, s1
    3B01        subs r3, #1
    D1E7        bne loop
    EE10 0A10   vmov r0, s0
    603D        str r5, [r7]
    6078        str r0, [r7, #4]
"""
HANDLER = """
    F04F 0000   mov.w r0, #0
    F380 8C00   msr apsr_nzcvqg, r0
    F04F 0155   mov r1, #0x55
    F04F 0266   mov r2, #0x66
    F04F 0377   mov r3, #0x77
    F04F 0C88   mov r12, #0x88
    2800        cmp r0, #0
    BF14        ite ne
    2001        movne r0, #1
    2002        moveq r0, #2
    EEB1 0A0C   vmov.f32 s0, #7.0
    EEF2 0A00   vmov.f32 s1, #8.0
    EEB2 1A02   vmov.f32 s2, #9.0
    68B9        ldr r1, [r7, #8]
    3101        adds r1, #1
    60B9        str r1, [r7, #8]
    4770        bx lr
"""


def computed(period: int) -> tuple[Chip, list[int]]:
    chip = chip_with(f"F240 {0x600 | period:04X} movw r6, #{period}\n" + BEGIN + COMPUTE, {SYSTICK: HANDLER})
    run(chip, 25_000)
    return chip, words(chip, 3)


@pytest.mark.parametrize("period", [29, 31, 97])
def test_it_comes_out_the_same(period: int) -> None:
    quiet, busy = computed(0), computed(period)
    assert quiet[1][2] == 0
    assert busy[1][2] > 50
    assert busy[1][:2] == quiet[1][:2]
    assert quiet[1][0] not in (0, 0xFFFF_FFFF)
