"""TIMER of the emulated chip."""

from __future__ import annotations

import pytest

from tests.support.thumb import idle_chip, run

TIMER1 = 0x4000_9000
START, STOP, COUNT, CLEAR, CAPTURE, COMPARE, SHORTS, INTENSET = 0x00, 0x04, 0x08, 0x0C, 0x40, 0x140, 0x200, 0x304
MODE, BITMODE, PRESCALER, CC = 0x504, 0x508, 0x510, 0x540


@pytest.mark.parametrize(("prescaler", "ticks"), [(0, 4), (4, 64), (9, 2048)])
def test_it_counts_at_the_speed_of_its_prescaler(prescaler: int, ticks: int) -> None:
    chip = idle_chip()
    timer = chip.peripheral(TIMER1)
    timer.write(PRESCALER, prescaler)
    timer.write(START, 1)
    run(chip, 100 * ticks)
    timer.write(CAPTURE + 8, 1)
    timer.write(STOP, 1)
    run(chip, 100 * ticks)
    timer.write(CAPTURE + 12, 1)
    assert (timer.read(CC + 8), timer.read(CC + 12)) == (100, 100)


def test_its_width_wraps() -> None:
    chip = idle_chip()
    timer = chip.peripheral(TIMER1)
    timer.write(BITMODE, 1)
    timer.write(PRESCALER, 0)
    timer.write(START, 1)
    run(chip, 4 * 260)
    timer.write(CAPTURE, 1)
    assert timer.read(CC) == 4


def test_a_period_by_its_shortcut_does_not_drift() -> None:
    chip = idle_chip()
    timer, before, times = chip.peripheral(TIMER1), chip.now, []
    timer.write(CC, 1000)
    timer.write(SHORTS, 1)
    timer.write(START, 1)
    for _ in range(5):
        chip.run(lambda: bool(timer.read(COMPARE)), 10_000_000)
        times.append(chip.now - before)
        timer.write(COMPARE, 0)
        chip.halt(100)  # the processor stands still meanwhile: nobody looks exactly in time
    assert times == [64_000 * (i + 1) for i in range(5)]


def test_stop_by_its_shortcut() -> None:
    chip = idle_chip()
    timer = chip.peripheral(TIMER1)
    timer.write(CC + 4, 50)
    timer.write(SHORTS, 1 << 9)
    timer.write(START, 1)
    run(chip, 1_000_000)
    timer.write(CAPTURE, 1)
    assert (timer.read(COMPARE + 4), timer.read(CC)) == (1, 50)


def test_as_a_counter_of_events() -> None:
    timer = idle_chip().peripheral(TIMER1)
    timer.write(MODE, 1)
    timer.write(CC, 3)
    timer.write(START, 1)
    for _ in range(3):
        assert timer.read(COMPARE) == 0
        timer.write(COUNT, 1)
    assert timer.read(COMPARE) == 1
    timer.write(CLEAR, 1)
    timer.write(CAPTURE + 4, 1)
    assert timer.read(CC + 4) == 0
