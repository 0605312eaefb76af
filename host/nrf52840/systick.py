"""SysTick, the processor's own timer: counts the processor's clock down and raises its exception at zero (Armv7-M, B3.3)."""

from __future__ import annotations

from collections.abc import Callable

from plumbline.host.nrf52840.nvic import SYSTICK, Nvic
from plumbline.host.nrf52840.system_space import SystemSpace

_CTRL, _LOAD, _VAL, _CALIB = 0x10, 0x14, 0x18, 0x1C
_ENABLE, _TICKINT, _CLKSOURCE, _COUNTFLAG = 1, 2, 4, 1 << 16
_NO_REFERENCE = 1 << 31


class SysTick(SystemSpace):
    """The four registers. The nRF52840 has no reference clock: CLKSOURCE reads as one.

    Args:
        now: the time in ticks of the processor's clock.
        changed: called when `due` changed.
    """

    name = "SysTick"

    def __init__(self, nvic: Nvic, now: Callable[[], int], changed: Callable[[], None]) -> None:
        self._nvic, self._now, self._changed = nvic, now, changed
        self.reset()

    def reset(self) -> None:
        self._control = self._load = self._stopped_at = self._flag = 0
        self._zero: int | None = None
        """When the counter reaches zero next; None while it stands."""

    def _value(self) -> int:
        return self._stopped_at if self._zero is None else max(self._zero - self._now(), 0)

    def _run(self, value: int) -> None:
        """Count on from a value. One of zero loads LOAD at the next clock; with LOAD zero the counter stands."""
        self._zero = None
        self._stopped_at = value
        if self._control & _ENABLE and (value or self._load):
            self._zero = self._now() + (value or self._load + 1)
        self._changed()

    def due(self) -> int | None:
        return self._zero

    def tick(self, now: int) -> None:
        """Zero was reached."""
        while self._zero is not None and self._zero <= now:
            self._flag = _COUNTFLAG
            if self._control & _TICKINT:
                self._nvic.set_pending(1 << SYSTICK)
            self._zero = self._zero + self._load + 1 if self._load else None
            self._stopped_at = 0

    def read(self, offset: int) -> int | None:
        if offset == _CTRL:
            flag, self._flag = self._flag, 0
            return self._control | _CLKSOURCE | flag
        return {_LOAD: self._load, _VAL: self._value(), _CALIB: _NO_REFERENCE}.get(offset)

    def write(self, offset: int, value: int) -> bool:
        if offset == _CTRL:
            at = self._value()
            self._control = value & (_ENABLE | _TICKINT)
            self._run(at)
        elif offset == _LOAD:
            self._load = value & 0xFF_FFFF
        elif offset == _VAL:
            self._flag = 0
            self._run(0)
        return offset in (_CTRL, _LOAD, _VAL, _CALIB)
