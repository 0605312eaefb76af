"""Faults of the emulated processor: which exception, with which status, what they escalate to, and what locks the chip up."""

from __future__ import annotations

import pytest

from tests.support.thumb import STACK, chip_with, run, words

HARD, BUS, USAGE = 3, 5, 6
NOTE = """
    F3EF 8005   mrs r0, ipsr
    6038        str r0, [r7]
    F64E 5228   movw r2, #0xed28
    F2CE 0200   movt r2, #0xe000
    6810        ldr r0, [r2]
    6078        str r0, [r7, #4]
    6850        ldr r0, [r2, #4]
    60B8        str r0, [r7, #8]
    6910        ldr r0, [r2, #16]
    60F8        str r0, [r7, #12]
    9806        ldr r0, [sp, #24]
    6138        str r0, [r7, #16]
    E7FE        b .
"""
"""Leaves the exception's number, CFSR, HFSR, BFAR and the stacked program counter."""
ENABLE_FAULTS = """
    F64E 5024   movw r0, #0xed24
    F2CE 0000   movt r0, #0xe000
    F44F 21E0   mov.w r1, #0x00070000
    6001        str r1, [r0]
"""
CAUSES = {
    "undefined": ("DE00 udf #0", USAGE, 1 << 16, None),
    "coprocessor": ("EE00 0000 cdp p0, #0, c0, c0, c0", USAGE, 1 << 19, None),
    "FPU that is off": ("EEB0 0A40 vmov.f32 s0, s0", USAGE, 1 << 19, None),
    "load": ("F04F 40C0 mov.w r0, #0x60000000\n6800 ldr r0, [r0]", BUS, 1 << 9 | 1 << 15, 0x6000_0000),
    "store": ("F04F 40C0 mov.w r0, #0x60000000\n6000 str r0, [r0]", BUS, 1 << 9 | 1 << 15, 0x6000_0000),
    "fetch": ("F04F 40C0 mov.w r0, #0x60000000\n3001 adds r0, #1\n4700 bx r0", BUS, 1 << 8, None),
    "even address": ("F44F 7080 mov.w r0, #0x100\n4700 bx r0", USAGE, 1 << 17, None),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_fault_has_its_handler_where_that_is_enabled(cause: str) -> None:
    code, number, status, address = CAUSES[cause]
    found = words(run(chip_with(ENABLE_FAULTS + code, {number: NOTE})), 5)
    assert found[:3] == [number, status, 0]
    assert address in (None, found[3])


@pytest.mark.parametrize("cause", CAUSES)
def test_a_fault_without_its_handler_is_a_hard_fault(cause: str) -> None:
    code, _, status, _ = CAUSES[cause]
    assert words(run(chip_with(code, {HARD: NOTE})), 3) == [HARD, status, 1 << 30]


def test_the_stacked_address_is_that_of_the_instruction() -> None:
    assert words(run(chip_with("BF00 nop\nDE00 udf #0", {HARD: NOTE})), 5)[4] == 0x100 + 4 + 2


def test_a_breakpoint_without_a_debugger_is_a_hard_fault() -> None:
    assert words(run(chip_with("BE00 bkpt #0", {HARD: NOTE})), 3) == [HARD, 0, 1 << 31]


def test_svc_while_interrupts_are_masked_is_a_hard_fault() -> None:
    assert words(run(chip_with("B672 cpsid i\nDF00 svc #0", {HARD: NOTE})), 3) == [HARD, 0, 1 << 30]


def test_status_is_cleared_by_writing_ones() -> None:
    clear = """
        F64E 5228   movw r2, #0xed28
        F2CE 0200   movt r2, #0xe000
        F44F 3080   mov.w r0, #0x00010000
        6010        str r0, [r2]
        F04F 4080   mov.w r0, #0x40000000
        6050        str r0, [r2, #4]
    """
    assert words(run(chip_with("DE00 udf #0", {HARD: clear + NOTE})), 3) == [HARD, 0, 0]


@pytest.mark.parametrize(
    ("code", "handlers"),
    [
        ("DE00 udf #0", {HARD: "DE00 udf #0"}),
        ("B671 cpsid f\nDE00 udf #0", {HARD: NOTE}),
        ("F04F 5D00 mov.w sp, #0x20000000\nDE00 udf #0", {HARD: NOTE}),
    ],
    ids=["in the handler of HardFault", "under FAULTMASK", "with a stack outside of RAM"],
)
def test_a_fault_that_nobody_can_take_locks_the_chip_up_and_resets_it(code: str, handlers: dict[int, str]) -> None:
    chip = chip_with(code, handlers)
    chip.stop_at_reset = True
    stop = chip.run(lambda: False, 2000)
    assert stop is not None
    assert stop.reason.startswith("lockup: ")
    assert chip.power.read(0x400) == 8


def test_a_return_value_that_is_none_is_a_fault() -> None:
    wrong = """
        F06F 000A   mvn r0, #10
        4700        bx r0
    """
    assert words(run(chip_with(ENABLE_FAULTS + "DF00 svc #0", {11: wrong, USAGE: NOTE})), 3) == [USAGE, 1 << 18, 0]


def test_after_a_repaired_fault_the_program_goes_on() -> None:
    """The handler steps over the instruction, as a probe of a peripheral does."""
    skip = """
        9806        ldr r0, [sp, #24]
        3002        adds r0, #2
        9006        str r0, [sp, #24]
        4770        bx lr
    """
    chip = chip_with("F04F 40C0 mov.w r0, #0x60000000\n6800 ldr r0, [r0]\nF8C7 D000 str.w sp, [r7]", {HARD: skip})
    assert words(run(chip), 1) == [STACK]
