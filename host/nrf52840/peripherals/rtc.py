"""RTC: counts the 32,768 Hz clock in 24 bits, and compares with four values (PS, "RTC")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from plumbline.host.nrf52840.peripherals.counter import Counter, next_match
from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

if TYPE_CHECKING:
    from plumbline.host.nrf52840.chip import Chip

_START, _STOP, _CLEAR, _TRIGOVRFLW = 0x00, 0x04, 0x08, 0x0C
_TICK, _OVRFLW, _COMPARE = 0x100, 0x104, 0x140
_EVTEN, _EVTENSET, _EVTENCLR, _COUNTER, _PRESCALER, _CC = 0x340, 0x344, 0x348, 0x504, 0x508, 0x540
_MASK = 0xFF_FFFF
_CHANNELS = 4
_LFCLK_HZ, _HZ = 32_768, 64_000_000


class Rtc(Peripheral):
    """Events happen only where INTEN or EVTEN asks for them. A task takes effect at once, where the chip takes up to two cycles of its clock."""

    name = "RTC"
    tasks = frozenset((_START, _STOP, _CLEAR, _TRIGOVRFLW))
    events = frozenset((_TICK, _OVRFLW, *range(_COMPARE, _COMPARE + 4 * _CHANNELS, 4)))
    resets: ClassVar[Mapping[int, int]] = {
        **dict.fromkeys((_EVTEN, _EVTENSET, _EVTENCLR, _COUNTER, _PRESCALER), 0),
        **{_CC + 4 * channel: 0 for channel in range(_CHANNELS)},
    }

    def __init__(self, chip: Chip, base: int) -> None:
        self._counter = Counter(_HZ, _LFCLK_HZ)
        self._seen = 0
        super().__init__(chip, base)

    def clear(self) -> None:
        super().clear()
        self._counter = Counter(_HZ, _LFCLK_HZ)
        self._seen = 0
        """The count up to which events were made."""

    def read(self, offset: int) -> int:
        if offset == _COUNTER:
            return self._counter.value(self.chip.now) & _MASK
        return super().read(_EVTEN if offset in (_EVTENSET, _EVTENCLR) else offset)

    def write(self, offset: int, value: int) -> None:
        super().write(offset, value)
        if offset >= 0x300:  # what is asked for changed
            self._look_anew()

    def task(self, offset: int) -> None:
        now = self.chip.now
        if offset == _START:
            self._counter.start(now)
        elif offset == _STOP:
            self._counter.stop(now)
        else:
            self._counter.set(now, 0 if offset == _CLEAR else 0xFF_FFF0)
        self._look_anew()

    def written(self, offset: int, value: int, before: int) -> None:
        if offset == _EVTENSET:
            self.registers[_EVTEN] |= value
        elif offset == _EVTENCLR:
            self.registers[_EVTEN] &= ~value
        elif offset == _PRESCALER:
            self._counter.set_speed(self.chip.now, _HZ * ((value & 0xFFF) + 1), _LFCLK_HZ)

    def _look_anew(self) -> None:
        self._seen = self._counter.value(self.chip.now)
        self.chip.reschedule()

    def _coming(self) -> Iterator[tuple[int, int]]:
        """Counts at which something happens next, with the event."""
        wanted = self.inten | self.registers[_EVTEN]
        if wanted & 1:
            yield self._seen + 1, _TICK
        if wanted & 2:
            yield next_match(self._seen, 0, _MASK), _OVRFLW
        for channel in range(_CHANNELS):
            if wanted >> 16 + channel & 1:
                yield next_match(self._seen, self.registers[_CC + 4 * channel], _MASK), _COMPARE + 4 * channel

    def due(self) -> int | None:
        if not self._counter.running:
            return None
        first = min((count for count, _ in self._coming()), default=None)
        return None if first is None else self._counter.time_of(first)

    def tick(self, now: int) -> None:
        while (time := self.due()) is not None and time <= now:
            coming = list(self._coming())
            first = min(count for count, _ in coming)
            self._seen = first
            for count, event in coming:
                if count == first:
                    self.event(event)
