"""The emulated chip's run loop: counts are exact, a store to a register ends before the next instruction, and what is not modelled is named."""

from __future__ import annotations

import pytest

from plumbline.common.errors import NotModelled
from tests.support.thumb import CODE, chip_with, run, words

NOP = 0xBF00


def test_each_instruction_is_one_tick_and_a_limit_is_kept_to_the_instruction() -> None:
    chip = chip_with(*[NOP] * 100)
    for ticks in (1, 2, 39):
        run(chip, ticks)
    assert (chip.instructions, chip.now, chip.pc) == (42, 42, CODE + 2 * 41)


def test_two_runs_in_pieces_and_at_once_end_in_the_same_state() -> None:
    program = (
        *(0x2400, 0x2500),  # movs r4, #0; movs r5, #0
        *(0x3401, 0xF014, 0x0F03),  # loop: adds r4, #1; tst r4, #3
        *(0xBF0C, 0x3501, 0x3503),  # ite eq; addeq r5, #1; addne r5, #3
        *(0xF04F, 0x5100, 0x600D),  # mov r1, #0x20000000; str r5, [r1]
        0xE7F5,  # b loop
    )
    whole, pieces = run(chip_with(*program), 500), chip_with(*program)
    while pieces.instructions < 500:
        run(pieces, 1)
    assert (pieces.instructions, pieces.pc, words(pieces, 1)) == (whole.instructions, whole.pc, words(whole, 1))
    assert words(whole, 1)[0] > 50


def test_a_register_that_is_not_modelled_is_named_with_its_address_and_the_program_counter() -> None:
    chip = chip_with(NOP, 0xF04F, 0x4080, 0xF500, 0x5080, 0x6801)  # nop; mov r0, #0x40000000; add r0, r0, #0x1000; ldr r1, [r0]
    with pytest.raises(NotModelled, match=r"RADIO at 0x40001000, which the instruction at 0x0000010a uses"):
        run(chip)
