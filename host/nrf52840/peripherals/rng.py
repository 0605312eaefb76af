"""RNG: a random byte every 30 us, or 120 us with bias correction (PS, "RNG"). The bytes come from the chip's seed: two runs see the same."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_START, _STOP, _VALRDY, _CONFIG, _VALUE = 0x00, 0x04, 0x100, 0x504, 0x508
_TICKS, _CORRECTED_TICKS = 30 * 64, 120 * 64


class Rng(Peripheral):
    """Goes on until STOP."""

    name = "RNG"
    tasks = frozenset((_START, _STOP))
    events = frozenset((_VALRDY,))
    shortcuts = ((0, _VALRDY, _STOP),)
    resets: ClassVar[Mapping[int, int]] = {_CONFIG: 0, _VALUE: 0}
    _next: int | None
    _bytes: random.Random | None = None

    def clear(self) -> None:
        super().clear()
        self._next = None
        self._bytes = self._bytes or random.Random(self.chip.seed)

    def _time(self) -> int:
        return _CORRECTED_TICKS if self.registers[_CONFIG] & 1 else _TICKS

    def task(self, offset: int) -> None:
        self._next = self.chip.now + self._time() if offset == _START else None
        self.chip.reschedule()

    def due(self) -> int | None:
        return self._next

    def tick(self, now: int) -> None:
        assert self._bytes is not None
        self.registers[_VALUE] = self._bytes.randrange(256)
        self._next = now + self._time()
        self.event(_VALRDY)
