"""RTC of the emulated chip."""

from __future__ import annotations

from plumbline.host.nrf52840.chip import HZ
from tests.support.thumb import idle_chip, run

RTC1 = 0x4001_1000
START, STOP, CLEAR, TRIGOVRFLW = 0x00, 0x04, 0x08, 0x0C
TICK, OVRFLW, COMPARE, INTENSET, EVTENSET, EVTENCLR, COUNTER, PRESCALER, CC = 0x100, 0x104, 0x140, 0x304, 0x344, 0x348, 0x504, 0x508, 0x540


def test_it_counts_32768_hz_and_its_prescaler_divides() -> None:
    chip = idle_chip()
    rtc = chip.peripheral(RTC1)
    rtc.write(START, 1)
    run(chip, HZ)
    assert rtc.read(COUNTER) == 32_768
    rtc.write(STOP, 1)
    run(chip, HZ)
    assert rtc.read(COUNTER) == 32_768
    rtc.write(CLEAR, 1)
    rtc.write(PRESCALER, 327)
    rtc.write(START, 1)
    run(chip, 10 * HZ)
    assert rtc.read(COUNTER) == 10 * 32_768 // 328


def test_a_compare_happens_at_its_count_and_asks_for_the_interrupt() -> None:
    chip = idle_chip()
    rtc, before = chip.peripheral(RTC1), chip.now
    rtc.write(CC + 4, 100)
    rtc.write(INTENSET, 1 << 17)
    rtc.write(START, 1)
    chip.run(lambda: bool(rtc.read(COMPARE + 4)), HZ)
    assert chip.now - before == -(-100 * HZ // 32_768)
    assert rtc.read(COMPARE) == 0


def test_events_that_nobody_asked_for_do_not_happen() -> None:
    chip = idle_chip()
    rtc = chip.peripheral(RTC1)
    rtc.write(CC, 10)
    rtc.write(START, 1)
    run(chip, HZ)
    assert rtc.read(COMPARE) == 0
    rtc.write(EVTENSET, 1)
    run(chip, HZ // 1000)
    assert (rtc.read(TICK), rtc.read(EVTENSET)) == (1, 1)
    rtc.write(EVTENCLR, 1)
    rtc.write(TICK, 0)
    run(chip, HZ // 1000)
    assert rtc.read(TICK) == 0


def test_it_overflows_after_24_bits() -> None:
    chip = idle_chip()
    rtc = chip.peripheral(RTC1)
    rtc.write(EVTENSET, 2)
    rtc.write(TRIGOVRFLW, 1)
    rtc.write(START, 1)
    run(chip, 15 * HZ // 32_768)
    assert (rtc.read(OVRFLW), rtc.read(COUNTER)) == (0, 0xFF_FFFE)
    run(chip, 2 * HZ // 32_768)
    assert (rtc.read(OVRFLW), rtc.read(COUNTER)) == (1, 0)
