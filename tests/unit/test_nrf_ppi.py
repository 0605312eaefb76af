"""PPI of the emulated chip."""

from __future__ import annotations

import pytest

from plumbline.common.errors import NotModelled
from tests.support.thumb import idle_chip

PPI, EGU0, EGU1, TIMER1 = 0x4001_F000, 0x4001_4000, 0x4001_5000, 0x4000_9000
CHEN, CHENSET, CHENCLR, CH, CHG, FORK = 0x500, 0x504, 0x508, 0x510, 0x800, 0x910


def test_an_event_starts_the_task_and_the_fork_of_an_enabled_channel() -> None:
    chip = idle_chip()
    ppi, source, target = (chip.peripheral(base) for base in (PPI, EGU0, EGU1))
    ppi.write(CH + 8 * 5, EGU0 + 0x100)
    ppi.write(CH + 8 * 5 + 4, EGU1 + 0x04)
    ppi.write(FORK + 4 * 5, EGU1 + 0x08)
    source.write(0, 1)
    assert target.read(0x104) == 0
    ppi.write(CHENSET, 1 << 5)
    assert ppi.read(CHENCLR) == 1 << 5
    source.write(0, 1)
    assert [target.read(0x100 + 4 * i) for i in range(4)] == [0, 1, 1, 0]
    ppi.write(CHENCLR, 1 << 5)
    assert ppi.read(CHEN) == 0


def test_a_group_is_enabled_and_disabled_by_its_tasks() -> None:
    ppi = idle_chip().peripheral(PPI)
    ppi.write(CHG + 4, 0b1010)
    ppi.write(0x08, 1)
    assert ppi.read(CHEN) == 0b1010
    ppi.write(0x0C, 1)
    assert ppi.read(CHEN) == 0


def test_a_task_that_is_none_is_named() -> None:
    chip = idle_chip()
    ppi = chip.peripheral(PPI)
    ppi.write(CH, EGU0 + 0x100)
    ppi.write(CH + 4, TIMER1 + 0x80)
    ppi.write(CHENSET, 1)
    with pytest.raises(NotModelled, match="a task of TIMER at 0x40009080"):
        chip.peripheral(EGU0).write(0, 1)
