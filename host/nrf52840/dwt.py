"""The cycle counter of the data watchpoint and trace unit.

It counts what the chip's time counts, executed instructions and skipped idle time, not the cycles of a Cortex-M4.
"""

from __future__ import annotations

from collections.abc import Callable

from plumbline.host.nrf52840.system_space import SystemSpace

_CTRL, _CYCCNT, _LAR, _LSR = 0x000, 0x004, 0xFB0, 0xFB4
_CYCCNTENA = 1
_FOUR_COMPARATORS = 4 << 28


class Dwt(SystemSpace):
    """CTRL and CYCCNT.

    Args:
        now: the time in ticks of the processor's clock.
    """

    name = "DWT"

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self.reset()

    def reset(self) -> None:
        self._on, self._value, self._since = False, 0, 0

    def _cycles(self) -> int:
        return self._value + (self._now() - self._since if self._on else 0) & 0xFFFF_FFFF

    def _set(self, on: bool, value: int) -> None:
        self._on, self._value, self._since = on, value, self._now()

    def read(self, offset: int) -> int | None:
        return {_CTRL: _FOUR_COMPARATORS | self._on, _CYCCNT: self._cycles(), _LAR: 0, _LSR: 0}.get(offset)

    def write(self, offset: int, value: int) -> bool:
        if offset == _CTRL:
            self._set(bool(value & _CYCCNTENA), self._cycles())
            return not value & ~(_CYCCNTENA | _FOUR_COMPARATORS)
        if offset == _CYCCNT:
            self._set(self._on, value)
        return offset in (_CYCCNT, _LAR)
