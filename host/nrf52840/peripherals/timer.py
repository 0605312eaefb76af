"""TIMER: counts up to 16 MHz in 8 to 32 bits, and compares with up to six values (PS, "TIMER")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from plumbline.host.nrf52840.peripherals.counter import Counter, next_match
from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

if TYPE_CHECKING:
    from plumbline.host.nrf52840.chip import Chip

_START, _STOP, _COUNT, _CLEAR, _SHUTDOWN, _CAPTURE, _COMPARE = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x40, 0x140
_MODE, _BITMODE, _PRESCALER, _CC = 0x504, 0x508, 0x510, 0x540
_WIDTHS = (16, 8, 24, 32)
_TICKS = 4
"""Of the chip's 64 MHz for one of the 16 MHz."""
_CHANNELS = 6


class Timer(Peripheral):
    """The first three have four compare registers on the chip, the others six; here all have six."""

    name = "TIMER"
    tasks = frozenset((_START, _STOP, _COUNT, _CLEAR, _SHUTDOWN, *range(_CAPTURE, _CAPTURE + 4 * _CHANNELS, 4)))
    events = frozenset(range(_COMPARE, _COMPARE + 4 * _CHANNELS, 4))
    shortcuts = (
        *((channel, _COMPARE + 4 * channel, _CLEAR) for channel in range(_CHANNELS)),
        *((8 + channel, _COMPARE + 4 * channel, _STOP) for channel in range(_CHANNELS)),
    )
    resets: ClassVar[Mapping[int, int]] = {_MODE: 0, _BITMODE: 0, _PRESCALER: 4, **{_CC + 4 * channel: 0 for channel in range(_CHANNELS)}}

    def __init__(self, chip: Chip, base: int) -> None:
        self._counter = Counter(_TICKS << 4, 1)
        self._seen = self._at = 0
        super().__init__(chip, base)

    def clear(self) -> None:
        super().clear()
        self._counter = Counter(_TICKS << self.registers[_PRESCALER], 1)
        self._seen = 0
        """The count up to which comparisons were made."""
        self._at = 0
        """The time of the event that is being handled; a task that it starts happens then."""

    @property
    def _mask(self) -> int:
        return (1 << _WIDTHS[self.registers[_BITMODE] & 3]) - 1

    def task(self, offset: int) -> None:
        now = self._at or self.chip.now
        if offset == _START and not self.registers[_MODE]:
            self._counter.start(now)
        elif offset in (_STOP, _SHUTDOWN):
            self._counter.stop(now)
        elif offset == _CLEAR:
            self._counter.set(now, 0)
            self._seen = 0
        elif offset == _COUNT and self.registers[_MODE]:
            self._counter.set(now, self._counter.value(now) + 1)
            self._compare(self._counter.value(now))
        elif offset >= _CAPTURE:
            self.registers[_CC + offset - _CAPTURE] = self._counter.value(now) & self._mask
        self.chip.reschedule()

    def written(self, offset: int, value: int, before: int) -> None:
        now = self.chip.now
        if offset == _PRESCALER:
            self._counter.set_speed(now, _TICKS << min(value & 15, 9), 1)
        if offset >= _MODE:
            self._seen = self._counter.value(now)
            self.chip.reschedule()

    def _next(self) -> int:
        return min(next_match(self._seen, self.registers[_CC + 4 * channel], self._mask) for channel in range(_CHANNELS))

    def due(self) -> int | None:
        return self._counter.time_of(self._next()) if self._counter.running else None

    def tick(self, now: int) -> None:
        while (time := self.due()) is not None and time <= now:
            self._at = time
            self._compare(self._next())
        self._at = 0

    def _compare(self, count: int) -> None:
        """A count is reached: events of the channels that hold it."""
        self._seen = count
        for channel in range(_CHANNELS):
            if count & self._mask == self.registers[_CC + 4 * channel] & self._mask:
                self.event(_COMPARE + 4 * channel)
