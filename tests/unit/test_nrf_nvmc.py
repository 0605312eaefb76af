"""NVMC of the emulated chip against a simple model of flash: stores clear bits, erasing sets them, and neither happens unless it is enabled."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.thumb import RESULTS, chip_with, idle_chip, run, words

NVMC = 0x4001_E000
CONFIG, ERASEPAGE, ERASEALL, PARTIAL, PARTIALCFG, ICACHECNF = 0x504, 0x508, 0x50C, 0x518, 0x51C, 0x540
READ, WRITE, ERASE = 0, 1, 2
BASE = 0x8_0000
BUS_FAULT, HARD_FAULT = 5, 3
STORE = """
    F44F 2000   mov.w r0, #0x80000
    F24E 5104   movw r1, #0xe504
    F2C4 0101   movt r1, #0x4001
    2201        movs r2, #1
    600A        str r2, [r1]
    F640 73F0   movw r3, #0x0ff0
    6003        str r3, [r0]
    F64F 7400   movw r4, #0xff00
    6004        str r4, [r0]
    6805        ldr r5, [r0]
    603D        str r5, [r7]
"""


def test_a_store_clears_bits_and_takes_41_us() -> None:
    """The program's end sleeps: it runs to the store of what it read."""
    chip = chip_with(STORE)
    chip.run(lambda: words(chip, 1)[0] > 0, 100_000)
    assert words(chip, 1) == [0x0F00]
    assert chip.skipped == 2 * 41 * 64


@pytest.mark.parametrize(
    "store",
    [
        "8003 strh r3, [r0]",
        "7003 strb r3, [r0]",
        "F8C0 3001 str.w r3, [r0, #1]",
        "2200 movs r2, #0\\n600A str r2, [r1]\\n6003 str r3, [r0]",  # writing is disabled
    ],
)
def test_another_store_is_a_bus_fault(store: str) -> None:
    begin, _, _ = STORE.partition("6003")
    fault = "2001 movs r0, #1\\n6038 str r0, [r7]\\nE7FE b ."
    chip = chip_with(begin + store.replace("\\n", "\n"), {HARD_FAULT: fault.replace("\\n", "\n")})
    assert words(run(chip), 1) == [1]
    assert chip.read_memory(BASE, 8) == b"\xff" * 8


def test_a_page_is_erased_in_85_ms() -> None:
    chip = idle_chip()
    chip.write_flash(BASE - 4, bytes(4096 + 8))
    nvmc, before = chip.peripheral(NVMC), chip.now
    nvmc.write(ERASEPAGE, BASE)
    assert not any(chip.read_memory(BASE - 4, 4096 + 8))  # it was not enabled
    nvmc.write(CONFIG, ERASE)
    nvmc.write(ERASEPAGE, BASE)
    chip.run(lambda: not nvmc.read(0x400), 85 * 64_000)
    assert chip.read_memory(BASE - 4, 4096 + 8) == bytes(4) + b"\xff" * 4096 + bytes(4)
    assert chip.now - before == 85 * 64_000


def test_a_page_that_is_erased_in_parts_is_erased_after_the_last() -> None:
    chip = idle_chip()
    chip.write_flash(BASE, bytes(4096))
    nvmc = chip.peripheral(NVMC)
    nvmc.write(CONFIG, ERASE)
    nvmc.write(PARTIALCFG, 50)
    nvmc.write(PARTIAL, BASE)
    assert chip.read_memory(BASE, 4096) == b"\x55" * 4096
    nvmc.write(PARTIAL, BASE)
    assert chip.read_memory(BASE, 4096) == b"\xff" * 4096


def test_the_cache_can_be_turned_on_and_is_always_ready() -> None:
    nvmc = idle_chip().peripheral(NVMC)
    assert nvmc.read(ICACHECNF) == 0
    nvmc.write(ICACHECNF, 1)
    assert (nvmc.read(ICACHECNF), nvmc.read(0x400)) == (1, 1)


def test_code_that_was_written_over_is_translated_anew() -> None:
    """A function in flash is called, erased in part by a store of zeros over one instruction, and called again."""
    chip = chip_with(
        """
        F44F 2000   mov.w r0, #0x80000
        2600        movs r6, #0
        F040 0301   orr.w r3, r0, #1
        4798        blx r3
        F24E 5104   movw r1, #0xe504
        F2C4 0101   movt r1, #0x4001
        2201        movs r2, #1
        600A        str r2, [r1]
        F243 6201   movw r2, #0x3601
        F2C4 6200   movt r2, #0x4600
        6002        str r2, [r0]
        4798        blx r3
        603E        str r6, [r7]
        """
    )
    chip.write_flash(BASE, bytes.fromhex("01 36 10 36 70 47"))  # adds r6, #1; adds r6, #0x10; bx lr
    run(chip, 100_000)
    assert words(chip, 1) == [0x11 + 1]  # the second became mov r0, r0


actions = st.one_of(
    st.tuples(st.just("config"), st.sampled_from([READ, WRITE, ERASE])),
    st.tuples(st.just("store"), st.integers(0, 2047), st.integers(0, 0xFFFF_FFFF)),
    st.tuples(st.just("erase"), st.integers(0, 1)),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(actions, max_size=12))
def test_as_a_simple_model_of_flash(steps: list[tuple[str, int] | tuple[str, int, int]]) -> None:
    """Two pages, as words. A store goes through the processor, whose program is made for the steps."""
    model, config = [0xFFFF_FFFF] * 2048, READ
    lines: list[str] = []
    for step in steps:
        if step[0] == "config":
            config = step[1]
            lines += [*_put(0, NVMC + CONFIG), *_put(1, config), "6001 str r1, [r0]"]
        elif step[0] == "erase":
            lines += [*_put(0, NVMC + ERASEPAGE), *_put(1, BASE + 4096 * step[1]), "6001 str r1, [r0]"]
            if config == ERASE:
                model[1024 * step[1] : 1024 * (step[1] + 1)] = [0xFFFF_FFFF] * 1024
        elif config == WRITE and len(step) == 3:
            lines += [*_put(0, BASE + 4 * step[1]), *_put(1, step[2]), "6001 str r1, [r0]"]
            model[step[1]] &= step[2]
    chip = run(chip_with("\n".join(lines)), 13 * 85 * 64_000)
    assert chip.read_memory(BASE, 8192) == b"".join(word.to_bytes(4, "little") for word in model)
    assert chip.read_memory(RESULTS, 4) == bytes(4)


def _put(register: int, value: int) -> list[str]:
    """movw and movt."""
    return [_mov(0xF240, register, value & 0xFFFF), _mov(0xF2C0, register, value >> 16)]


def _mov(code: int, register: int, value: int) -> str:
    """Armv7-M, A7.7.76 and A7.7.79: imm4, i, imm3, Rd, imm8."""
    first = code | value >> 12 | (value >> 11 & 1) << 10
    return f"{first:04X} {(value >> 8 & 7) << 12 | register << 8 | value & 0xFF:04X}"
