"""TEMP: the temperature of the die, which is always 25 degrees here (PS, "TEMP")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_START, _STOP, _DATARDY, _TEMP = 0x00, 0x04, 0x100, 0x508
_COEFFICIENTS = (*range(0x520, 0x538, 4), *range(0x540, 0x558, 4), *range(0x560, 0x574, 4))
_TICKS = 36 * 64
_QUARTER_DEGREES = 4 * 25


class Temp(Peripheral):
    """A measurement takes 36 us."""

    name = "TEMP"
    tasks = frozenset((_START, _STOP))
    events = frozenset((_DATARDY,))
    resets: ClassVar[Mapping[int, int]] = {_TEMP: 0, **dict.fromkeys(_COEFFICIENTS, 0)}
    _ready: int | None

    def clear(self) -> None:
        super().clear()
        self._ready = None

    def task(self, offset: int) -> None:
        self._ready = self.chip.now + _TICKS if offset == _START else None
        self.chip.reschedule()

    def due(self) -> int | None:
        return self._ready

    def tick(self, now: int) -> None:
        self._ready = None
        self.registers[_TEMP] = _QUARTER_DEGREES
        self.event(_DATARDY)
