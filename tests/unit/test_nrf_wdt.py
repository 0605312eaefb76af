"""WDT of the emulated chip."""

from __future__ import annotations

import pytest

from plumbline.common.errors import NotModelled
from plumbline.host.nrf52840.chip import HZ
from tests.support.thumb import idle_chip, run

WDT = 0x4001_0000
START, TIMEOUT, RUNSTATUS, REQSTATUS, CRV, RREN, CONFIG, RR = 0x00, 0x100, 0x400, 0x404, 0x504, 0x508, 0x50C, 0x600
RELOAD = 0x6E52_4635
RESETREAS = 0x400
DOG = 2


def test_it_bites_when_it_is_not_fed() -> None:
    chip = idle_chip()
    wdt = chip.peripheral(WDT)
    wdt.write(CRV, 32_767)
    wdt.write(START, 1)
    for _ in range(3):
        run(chip, HZ * 9 // 10)
        wdt.write(RR, RELOAD)
    assert (chip.resets, wdt.read(RUNSTATUS)) == ([], 1)
    run(chip, HZ * 11 // 10)
    assert (chip.resets, wdt.read(RUNSTATUS), chip.power.read(RESETREAS)) == (["watchdog"], 0, DOG)


def test_it_leaves_time_for_last_words() -> None:
    chip = idle_chip()
    wdt = chip.peripheral(WDT)
    wdt.write(CRV, 15)
    wdt.write(START, 1)
    run(chip, 16 * HZ // 32_768 + 10)
    assert (wdt.read(TIMEOUT), chip.resets) == (1, [])
    wdt.write(RR, RELOAD)  # too late
    run(chip, 3 * HZ // 32_768)
    assert chip.resets == ["watchdog"]


def test_all_enabled_registers_have_to_be_written_with_the_right_word() -> None:
    chip = idle_chip()
    wdt = chip.peripheral(WDT)
    wdt.write(CRV, 32_767)
    wdt.write(RREN, 3)
    wdt.write(START, 1)
    run(chip, HZ // 2)
    wdt.write(RR, RELOAD)
    wdt.write(RR + 4, RELOAD + 1)
    assert wdt.read(REQSTATUS) == 2
    run(chip, HZ)
    assert chip.resets == ["watchdog"]


def test_a_soft_reset_does_not_stop_it_and_its_settings_are_fixed() -> None:
    chip = idle_chip()
    wdt = chip.peripheral(WDT)
    wdt.write(CRV, 32_767)
    wdt.write(START, 1)
    wdt.write(CRV, 1)
    chip.request_reset(4, "soft")
    run(chip, HZ // 2)
    assert (wdt.read(RUNSTATUS), wdt.read(CRV)) == (1, 32_767)
    run(chip, HZ)
    assert chip.resets == ["soft", "watchdog"]


def test_a_pause_in_sleep_is_not_modelled() -> None:
    wdt = idle_chip().peripheral(WDT)
    wdt.write(CONFIG, 0)
    with pytest.raises(NotModelled, match="pauses in sleep"):
        wdt.write(START, 1)
