"""WDT, the watchdog: resets the chip unless all of its enabled reload registers are written in time (PS, "WDT").

Nothing but a reset of its own or by the pin stops it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral
from plumbline.host.nrf52840.peripherals.power_clock import LOCKUP, SOFT_RESET, WATCHDOG

_START, _TIMEOUT, _RUNSTATUS, _REQSTATUS, _CRV, _RREN, _CONFIG, _RR = 0x00, 0x100, 0x400, 0x404, 0x504, 0x508, 0x50C, 0x600
_RELOAD = 0x6E52_4635
_HZ, _LFCLK_HZ = 64_000_000, 32_768
_RUNS_ASLEEP = 1
_LAST_WORDS = 2 * _HZ // _LFCLK_HZ
"""From the event to the reset: two cycles of its clock, in which an interrupt can leave a note."""


class Wdt(Peripheral):
    """Started once, its settings are fixed."""

    name = "WDT"
    tasks = frozenset((_START,))
    events = frozenset((_TIMEOUT,))
    resets: ClassVar[Mapping[int, int]] = {
        **dict.fromkeys((_RUNSTATUS, _REQSTATUS, *range(_RR, _RR + 32, 4)), 0),
        **{_CRV: 0xFFFF_FFFF, _RREN: 1, _CONFIG: 1},
    }
    survives = SOFT_RESET | LOCKUP
    _deadline: int | None

    def clear(self) -> None:
        super().clear()
        self._deadline = None

    def task(self, offset: int) -> None:
        if self.registers[_RUNSTATUS]:
            return
        if not self.registers[_CONFIG] & _RUNS_ASLEEP:
            raise self.chip.not_modelled("a watchdog that pauses in sleep", self.base + _CONFIG)
        self.registers[_RUNSTATUS] = 1
        self._reload()

    def _reload(self) -> None:
        self.registers[_REQSTATUS] = self.registers[_RREN] & 0xFF
        self._deadline = self.chip.now + (self.registers[_CRV] + 1) * _HZ // _LFCLK_HZ
        self.chip.reschedule()

    def written(self, offset: int, value: int, before: int) -> None:
        running = self.registers[_RUNSTATUS]
        if offset >= _RR:
            self.registers[offset] = 0
            if value == _RELOAD and running and not self.registers[_TIMEOUT]:
                self.registers[_REQSTATUS] &= ~(1 << (offset - _RR) // 4)
                if not self.registers[_REQSTATUS]:
                    self._reload()
        elif offset in (_RUNSTATUS, _REQSTATUS) or (offset in (_CRV, _RREN, _CONFIG) and running):
            self.registers[offset] = before

    def due(self) -> int | None:
        return self._deadline

    def tick(self, now: int) -> None:
        if self.registers[_TIMEOUT]:
            self._deadline = None
            self.chip.request_reset(WATCHDOG, "watchdog")
        else:
            self._deadline = now + _LAST_WORDS
            self.event(_TIMEOUT)
