"""GPIO and GPIOTE of the emulated chip: levels, pulls, and events and tasks of pins."""

from __future__ import annotations

import pytest

from tests.support.thumb import idle_chip

GPIO, GPIOTE = 0x5000_0000, 0x4000_6000
OUT, OUTSET, OUTCLR, IN, DIR, DIRSET, CNF, PORT1 = 0x504, 0x508, 0x50C, 0x510, 0x514, 0x518, 0x700, 0x300
IN_EVENT, CONFIG = 0x100, 0x510


def test_outputs_follow_their_registers_on_both_ports() -> None:
    chip = idle_chip()
    gpio = chip.gpio
    for port, base in enumerate((0, PORT1)):
        gpio.write(base + DIRSET, 0x30)
        gpio.write(base + OUTSET, 0x11)
        assert [gpio.read(base + offset) for offset in (OUT, OUTSET, OUTCLR, DIR)] == [0x11, 0x11, 0x11, 0x30]
        assert [gpio.level(port, pin) for pin in (0, 4, 5)] == [False, True, False]
        gpio.write(base + OUTCLR, 0x10)
        assert gpio.read(base + OUT) == 1
    gpio.write(CNF + 4 * 9, 1)
    assert gpio.read(DIR) == 0x230


def test_an_input_follows_what_drives_it_or_its_pull() -> None:
    gpio = idle_chip().gpio
    gpio.write(PORT1 + CNF + 4 * 2, 0xC)  # connected, pulled up
    assert gpio.read(PORT1 + IN) == 4
    gpio.drive(1, 2, False)
    assert gpio.read(PORT1 + IN) == 0
    gpio.drive(1, 2, None)
    assert gpio.read(PORT1 + IN) == 4
    gpio.drive(1, 3, True)
    assert gpio.read(PORT1 + IN) == 4  # its buffer is not connected


@pytest.mark.parametrize(("polarity", "events"), [(1, [1, 0]), (2, [0, 1]), (3, [1, 1])])
def test_a_pin_that_changes_is_an_event(polarity: int, events: list[int]) -> None:
    chip = idle_chip()
    gpiote = chip.peripheral(GPIOTE)
    chip.gpio.write(PORT1 + CNF + 4 * 11, 0)
    gpiote.write(CONFIG + 8, 1 | 11 << 8 | 1 << 13 | polarity << 16)
    seen = []
    for level in (True, False):
        gpiote.write(IN_EVENT + 8, 0)
        chip.gpio.drive(1, 11, level)
        seen.append(gpiote.read(IN_EVENT + 8))
    assert seen == events


def test_tasks_set_clear_and_toggle_a_pin() -> None:
    chip = idle_chip()
    gpiote = chip.peripheral(GPIOTE)
    chip.gpio.write(DIRSET, 1 << 7)
    gpiote.write(CONFIG, 3 | 7 << 8 | 3 << 16 | 1 << 20)
    levels = [chip.gpio.level(0, 7)]
    for task in (0x00, 0x30, 0x60, 0x00):
        gpiote.write(task, 1)
        levels.append(chip.gpio.level(0, 7))
    assert levels == [True, False, True, False, True]


SENSE_HIGH, SENSE_LOW = 2 << 16, 3 << 16
PORT, LATCH, DETECTMODE = 0x17C, 0x520, 0x524


def test_the_port_event_comes_when_the_first_pin_has_the_level_that_is_waited_for() -> None:
    chip = idle_chip()
    gpio, gpiote = chip.gpio, chip.peripheral(GPIOTE)
    gpio.write(CNF + 4 * 3, SENSE_HIGH)
    gpio.write(CNF + 4 * 5, SENSE_LOW | 0xC)
    seen = []
    for pin, level in ((3, True), (5, False), (3, False), (5, True), (5, False)):
        gpiote.write(PORT, 0)
        gpio.drive(0, pin, level)
        seen.append(gpiote.read(PORT))
    assert seen == [1, 0, 0, 0, 1]  # the second and third while DETECT is high, the fourth lets it fall
    assert gpio.read(LATCH) == 1 << 3 | 1 << 5


def test_a_latch_that_is_not_empty_after_it_was_cleared_detects_again() -> None:
    chip = idle_chip()
    gpio, gpiote = chip.gpio, chip.peripheral(GPIOTE)
    gpio.write(PORT1 + DETECTMODE, 1)
    gpio.write(PORT1 + CNF + 4 * 3, SENSE_HIGH)
    gpio.drive(1, 3, True)
    gpiote.write(PORT, 0)
    gpio.write(PORT1 + LATCH, 1 << 3)
    assert gpiote.read(PORT) == 1
    gpio.drive(1, 3, False)
    gpiote.write(PORT, 0)
    gpio.write(PORT1 + LATCH, 1 << 3)
    assert (gpiote.read(PORT), gpio.read(PORT1 + LATCH)) == (0, 0)
