"""Exceptions of the emulated processor: frames, stacks, priorities, tail-chaining, masks, and the FPU's registers."""

from __future__ import annotations

import struct

import pytest

from tests.support.thumb import STACK, chip_with, run, words

PENDSV, SVC, SYSTICK = 14, 11, 15
NOTE = """
    F3EF 8005   mrs r0, ipsr
    6839        ldr r1, [r7]
    0209        lsls r1, r1, #8
    4301        orrs r1, r0
    6039        str r1, [r7]
    F8C7 E004   str lr, [r7, #4]
    4770        bx lr
"""
"""Appends the exception's number to the first word, and stores EXC_RETURN in the second."""
PEND = """
    F64E 5004   movw r0, #0xed04
    F2CE 0000   movt r0, #0xe000
    F04F 5180   mov.w r1, #0x10000000
"""
"""r0 is ICSR, r1 PENDSVSET."""


def test_svc_stacks_eight_words_and_returns_behind_itself() -> None:
    chip = chip_with(
        """
        F04F 0011   mov r0, #0x11
        F04F 0122   mov r1, #0x22
        F04F 0C33   mov r12, #0x33
        DF00        svc #0
        60B8        str r0, [r7, #8]
        """,
        {
            SVC: """
            F8C7 E000   str lr, [r7]
            F8C7 D004   str sp, [r7, #4]
            2000        movs r0, #0
            4770        bx lr
            """
        },
    )
    back, sp, r0 = words(run(chip), 3)
    assert (back, sp, r0) == (0xFFFF_FFF9, STACK - 32, 0x11)
    frame = struct.unpack("<8I", chip.read_memory(sp, 32))
    assert (frame[0], frame[1], frame[4], frame[6], frame[7] >> 24) == (0x11, 0x22, 0x33, 0x100 + 4 + 12 + 2, 1)


def test_a_thread_on_the_process_stack_keeps_it() -> None:
    chip = chip_with(
        """
        F241 0004   movw r0, #0x1004
        F2C2 0000   movt r0, #0x2000
        F380 8809   msr psp, r0
        F04F 0002   mov r0, #2
        F380 8814   msr control, r0
        F3BF 8F6F   isb
        DF00        svc #0
        F3EF 8014   mrs r0, control
        60B8        str r0, [r7, #8]
        F8C7 D00C   str sp, [r7, #12]
        """,
        {
            SVC: """
            F8C7 E000   str lr, [r7]
            F8C7 D004   str sp, [r7, #4]
            4770        bx lr
            """
        },
    )
    assert words(run(chip), 4) == [0xFFFF_FFFD, STACK, 2, 0x2000_1004]
    assert struct.unpack("<I", chip.read_memory(0x2000_1000 - 32 + 28, 4))[0] >> 9 & 1  # the frame was aligned to eight bytes


def test_pending_an_exception_takes_effect_before_the_next_instruction() -> None:
    chip = chip_with(PEND + "6001 str r1, [r0]\n683A ldr r2, [r7]\n60BA str r2, [r7, #8]", {PENDSV: NOTE})
    assert words(run(chip), 3) == [PENDSV, 0xFFFF_FFF9, PENDSV]


@pytest.mark.parametrize("mask", ["primask", "basepri"])
def test_what_is_masked_is_taken_right_after_the_unmasking(mask: str) -> None:
    masks = {
        "primask": ("B672 cpsid i", "B662 cpsie i"),
        "basepri": ("F04F 0240 mov.w r2, #0x40\nF382 8811 msr basepri, r2", "2200 movs r2, #0\nF382 8811 msr basepri, r2"),
    }
    before, after = masks[mask]
    chip = chip_with(
        "F64E 5322 movw r3, #0xed22\nF2CE 0300 movt r3, #0xe000\n2280 movs r2, #0x80\n701A strb r2, [r3]\n"  # PendSV's priority
        + PEND
        + before
        + "\n6001 str r1, [r0]\n683A ldr r2, [r7]\n60BA str r2, [r7, #8]\n"
        + after
        + "\n683A ldr r2, [r7]\n60FA str r2, [r7, #12]",
        {PENDSV: NOTE},
    )
    assert words(run(chip), 4) == [PENDSV, 0xFFFF_FFF9, 0, PENDSV]


def test_a_second_exception_is_chained_without_unstacking() -> None:
    """SVC pends PendSV, of lower priority: its handler comes next, with the same frame and the same EXC_RETURN."""
    chip = chip_with(
        "F64E 5322 movw r3, #0xed22\nF2CE 0300 movt r3, #0xe000\n2280 movs r2, #0x80\n701A strb r2, [r3]\nDF00 svc #0",
        {SVC: PEND + "6001 str r1, [r0]\nF8C7 D008 str.w sp, [r7, #8]\n" + NOTE, PENDSV: "F8C7 D00C str.w sp, [r7, #12]\n" + NOTE},
    )
    assert words(run(chip), 4) == [SVC << 8 | PENDSV, 0xFFFF_FFF9, STACK - 32, STACK - 32]
    assert chip.instructions < 2000 + 1


def test_a_higher_priority_interrupts_a_handler() -> None:
    """Interrupt 0 at priority 0x40 is interrupted by number 1 at 0x20, not by number 2 at 0x40."""
    chip = chip_with(
        """
        F24E 4300   movw r3, #0xe400
        F2CE 0300   movt r3, #0xe000
        F242 0240   movw r2, #0x2040
        F2C0 0240   movt r2, #0x0040
        601A        str r2, [r3]
        F24E 1300   movw r3, #0xe100
        F2CE 0300   movt r3, #0xe000
        2207        movs r2, #7
        601A        str r2, [r3]
        2201        movs r2, #1
        F8C3 2100   str.w r2, [r3, #0x100]
        """,
        {
            16: """
            2206        movs r2, #6
            F8C3 2100   str.w r2, [r3, #0x100]
            """
            + NOTE,
            17: NOTE,
            18: NOTE,
        },
    )
    assert words(run(chip), 1) == [17 << 16 | 16 << 8 | 18]


FLOATS = """
    F64E 5088   movw r0, #0xed88
    F2CE 0000   movt r0, #0xe000
    F44F 0170   mov.w r1, #0x00f00000
    6001        str r1, [r0]
    F3BF 8F4F   dsb
    F3BF 8F6F   isb
    EEB7 0A00   vmov.f32 s0, #1.0
    EEF0 7A00   vmov.f32 s15, #2.0
    EEB0 8A08   vmov.f32 s16, #3.0
    DF00        svc #0
    EE10 0A10   vmov r0, s0
    EE17 1A90   vmov r1, s15
    EE18 2A10   vmov r2, s16
    60B8        str r0, [r7, #8]
    60F9        str r1, [r7, #12]
    613A        str r2, [r7, #16]
    F3EF 8014   mrs r0, control
    6178        str r0, [r7, #20]
"""


def test_a_thread_that_used_the_fpu_has_a_long_frame() -> None:
    chip = chip_with(
        FLOATS,
        {
            SVC: """
            F8C7 E000   str lr, [r7]
            F8C7 D004   str sp, [r7, #4]
            F3EF 8014   mrs r0, control
            61B8        str r0, [r7, #24]
            EEB1 0A04   vmov.f32 s0, #5.0
            EEF1 7A04   vmov.f32 s15, #5.0
            4770        bx lr
            """
        },
    )
    one, two, three = (struct.unpack("<I", struct.pack("<f", value))[0] for value in (1, 2, 3))
    assert words(run(chip), 7) == [0xFFFF_FFE9, STACK - 0x68, one, two, three, 4, 0]


def test_an_it_block_goes_on_after_an_exception_within() -> None:
    """The handler has a block of its own, with the other condition first."""
    chip = chip_with(
        """
        2200        movs r2, #0
        4292        cmp r2, r2
        BF0B        itete eq
        DF00        svceq #0
        3201        addne r2, #1
        3202        addeq r2, #2
        3204        addne r2, #4
        60BA        str r2, [r7, #8]
        """,
        {
            SVC: """
            2F00        cmp r7, #0
            BF0C        ite eq
            2001        moveq r0, #1
            2002        movne r0, #2
            6078        str r0, [r7, #4]
            4770        bx lr
            """
        },
    )
    assert words(run(chip), 3) == [0, 2, 2]


def test_flags_and_greater_or_equal_bits_come_back() -> None:
    chip = chip_with(
        """
        F04F 4078   mov.w r0, #0xf8000000
        F440 2070   orr.w r0, r0, #0x000f0000
        F380 8C00   msr apsr_nzcvqg, r0
        DF00        svc #0
        F3EF 8000   mrs r0, apsr
        6038        str r0, [r7]
        """,
        {
            SVC: """
            F04F 0000   mov.w r0, #0
            F380 8C00   msr apsr_nzcvqg, r0
            4770        bx lr
            """
        },
    )
    assert words(run(chip), 1) == [0xF80F_0000]


def test_sleep_on_exit_runs_handlers_alone() -> None:
    chip = chip_with(
        """
        F64E 5010   movw r0, #0xed10
        F2CE 0000   movt r0, #0xe000
        2102        movs r1, #2
        6001        str r1, [r0]
        DF00        svc #0
        60BF        str r7, [r7, #8]
        """,
        {SVC: NOTE},
    )
    assert words(run(chip, 1_000_000), 3) == [SVC, 0xFFFF_FFF9, 0]
    assert chip.instructions < 20
