"""The emulated chip's run loop: counts are exact, waiting costs no instruction, and what is not modelled is named."""

from __future__ import annotations

import pytest

from plumbline.common.errors import NotModelled
from plumbline.host.nrf52840 import count
from tests.support.thumb import CODE, chip_with, run, words

COUNTING = """
        2400        movs r4, #0
        2500        movs r5, #0
        3401        adds r4, #1
        F014 0F03   tst r4, #3
        BF0C        ite eq
        3501        addeq r5, #1
        3503        addne r5, #3
        603D        str r5, [r7]
        E7F7        b l
"""


def test_each_instruction_is_one_tick_and_a_limit_is_kept_to_the_instruction() -> None:
    chip = chip_with("BF00 nop\n" * 100)
    for ticks in (1, 2, 39):
        run(chip, ticks)
    assert (chip.instructions, chip.now, chip.pc) == (42, 42, CODE + 4 + 2 * 40)


def test_a_run_in_pieces_goes_the_same_way_as_a_run_at_once() -> None:
    """An IT block counts whole, skipped instructions too: 7 instructions a turn."""
    whole, pieces = run(chip_with(COUNTING), 3 + 7 * 100), chip_with(COUNTING)
    while pieces.instructions < 3 + 7 * 100:
        run(pieces, 1)
    assert (pieces.instructions, pieces.pc, words(pieces, 1)) == (whole.instructions, whole.pc, words(whole, 1)) == (703, whole.pc, [250])


def test_the_count_in_python_is_that_in_c(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = run(chip_with(COUNTING), 500)
    monkeypatch.setattr(count, "_compiled", lambda: None)
    with pytest.warns(UserWarning, match="no C compiler"):
        slow = chip_with(COUNTING)
    run(slow, 500)
    assert (slow.instructions, slow.pc, words(slow, 1)) == (fast.instructions, fast.pc, words(fast, 1))


def test_a_register_that_is_not_modelled_is_named_with_its_address_and_the_program_counter() -> None:
    chip = chip_with("""
        BF00        nop
        F04F 4080   mov.w r0, #0x40000000
        F500 40A0   add.w r0, r0, #0x5000
        6801        ldr r1, [r0]
    """)
    with pytest.raises(NotModelled, match=r"NFCT at 0x40005000, which the instruction at 0x0000010e uses"):
        run(chip)


def test_an_image_that_waits_executes_nothing() -> None:
    chip = run(chip_with(), 64_000_000)
    assert (chip.instructions, chip.now) == (2, 64_000_000)


def test_wfe_takes_the_event_of_sev_and_then_sleeps() -> None:
    chip = chip_with("""
        BF40        sev
        BF20        wfe
        603F        str r7, [r7]
        BF20        wfe
        607F        str r7, [r7, #4]
    """)
    assert words(run(chip, 1000), 2) == [0x2000_0000, 0]
    assert chip.instructions == 5
