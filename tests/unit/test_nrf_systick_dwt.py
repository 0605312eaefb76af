"""SysTick and the cycle counter of the emulated processor."""

from __future__ import annotations

from tests.support.thumb import chip_with, run, words

SYSTICK = 15
START = """
    F24E 0010   movw r0, #0xe010
    F2CE 0000   movt r0, #0xe000
    F240 31E7   movw r1, #999
    6041        str r1, [r0, #4]
    2100        movs r1, #0
    6081        str r1, [r0, #8]
    2107        movs r1, #7
    6001        str r1, [r0]
"""


def test_it_raises_its_exception_each_time_it_reaches_zero() -> None:
    chip = chip_with(START, {SYSTICK: "683A ldr r2, [r7]\n1C52 adds r2, r2, #1\n603A str r2, [r7]\n4770 bx lr"})
    assert words(run(chip, 10_500), 1) == [10]
    assert chip.instructions < 200


def test_its_flag_is_cleared_by_reading_and_its_value_counts_down() -> None:
    chip = chip_with(
        START
        + """
        6802        ldr r2, [r0]
        03D3        lsls r3, r2, #15
        D5FC        bpl wait
        6802        ldr r2, [r0]
        6883        ldr r3, [r0, #8]
        603A        str r2, [r7]
        607B        str r3, [r7, #4]
        """,
        {SYSTICK: "4770 bx lr"},
    )
    flag, value = words(run(chip, 5000), 2)
    assert flag == 7
    assert 900 < value < 999


def test_the_cycle_counter_counts_instructions_and_sleep() -> None:
    chip = chip_with("""
        F241 0000   movw r0, #0x1000
        F2CE 0000   movt r0, #0xe000
        2101        movs r1, #1
        6001        str r1, [r0]
        6841        ldr r1, [r0, #4]
        BF00        nop
        BF00        nop
        6842        ldr r2, [r0, #4]
        1A52        subs r2, r2, r1
        603A        str r2, [r7]
        2100        movs r1, #0
        6001        str r1, [r0]
        6841        ldr r1, [r0, #4]
        BF00        nop
        6842        ldr r2, [r0, #4]
        1A52        subs r2, r2, r1
        607A        str r2, [r7, #4]
        F06F 0100   mvn r1, #0
        6041        str r1, [r0, #4]
        6842        ldr r2, [r0, #4]
        60BA        str r2, [r7, #8]
    """)
    assert words(run(chip), 3) == [3, 0, 0xFFFF_FFFF]
