"""The smallest peripherals of the emulated chip: RNG, TEMP, EGU, and RADIO, which is never on."""

from __future__ import annotations

import pytest

from plumbline.common.errors import NotModelled
from tests.support.thumb import idle_chip, run

RNG, TEMP, EGU0, RADIO = 0x4000_D000, 0x4000_C000, 0x4001_4000, 0x4000_1000


def random_bytes(seed: int, count: int) -> list[int]:
    chip = idle_chip(seed)
    rng, found = chip.peripheral(RNG), []
    rng.write(0, 1)
    for _ in range(count):
        chip.run(lambda: bool(rng.read(0x100)), 100_000)
        rng.write(0x100, 0)
        found.append(rng.read(0x508))
    return found


def test_random_bytes_repeat_with_their_seed() -> None:
    assert random_bytes(1, 50) == random_bytes(1, 50) != random_bytes(2, 50)
    assert len(set(random_bytes(1, 50))) > 35


def test_rng_stops_by_its_shortcut_and_is_slower_with_correction() -> None:
    chip = idle_chip()
    rng, before = chip.peripheral(RNG), chip.now
    rng.write(0x200, 1)
    rng.write(0x504, 1)
    rng.write(0, 1)
    chip.run(lambda: bool(rng.read(0x100)), 100_000)
    assert chip.now - before == 120 * 64
    rng.write(0x100, 0)
    run(chip, 100_000)
    assert rng.read(0x100) == 0


def test_the_die_has_25_degrees() -> None:
    chip = idle_chip()
    temp = chip.peripheral(TEMP)
    temp.write(0, 1)
    assert temp.read(0x100) == 0
    run(chip, 36 * 64 + 1)
    assert (temp.read(0x100), temp.read(0x508)) == (1, 100)


def test_a_trigger_is_an_event() -> None:
    egu = idle_chip().peripheral(EGU0)
    egu.write(0x3C, 1)
    assert [egu.read(0x100 + 4 * i) for i in range(16)] == [0] * 15 + [1]


def test_the_radio_is_off_and_cannot_be_turned_on() -> None:
    radio = idle_chip().peripheral(RADIO)
    radio.write(0x010, 1)
    assert (radio.read(0x110), radio.read(0x550)) == (1, 0)
    with pytest.raises(NotModelled, match="RADIO at 0x40001000"):
        radio.write(0x000, 1)
