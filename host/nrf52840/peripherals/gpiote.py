"""GPIOTE: events of pins that change, and tasks that change them, and the event of pins that have a level that is waited for (PS, "GPIOTE")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_OUT, _SET, _CLR, _IN, _PORT, _CONFIG = 0x000, 0x030, 0x060, 0x100, 0x17C, 0x510
_CHANNELS = 8
_EVENT, _TASK = 1, 3
_RISING, _FALLING = 1, 2


class Gpiote(Peripheral):
    """Eight channels, each for one pin."""

    name = "GPIOTE"
    tasks = frozenset(offset + 4 * channel for offset in (_OUT, _SET, _CLR) for channel in range(_CHANNELS))
    events = frozenset((*range(_IN, _IN + 4 * _CHANNELS, 4), _PORT))
    resets: ClassVar[Mapping[int, int]] = {_CONFIG + 4 * channel: 0 for channel in range(_CHANNELS)}

    def _pin(self, channel: int) -> tuple[int, int]:
        config = self.registers[_CONFIG + 4 * channel]
        return config >> 13 & 1, config >> 8 & 31

    def written(self, offset: int, value: int, before: int) -> None:
        channel = (offset - _CONFIG) // 4
        if offset >= _CONFIG and value & 3 == _TASK:
            self.chip.gpio.output(*self._pin(channel), bool(value >> 20 & 1))

    def task(self, offset: int) -> None:
        channel = offset % 0x30 // 4
        config = self.registers[_CONFIG + 4 * channel]
        if config & 3 != _TASK:
            return
        polarity = config >> 16 & 3
        if offset >= _SET or polarity in (_RISING, _FALLING):
            level = offset < _CLR if offset >= _SET else polarity == _RISING
        else:
            level = not self.chip.gpio.level(*self._pin(channel))
        self.chip.gpio.output(*self._pin(channel), level)

    def changed(self, port: int, pin: int, level: bool) -> None:
        """A pin has another level."""
        for channel in range(_CHANNELS):
            config = self.registers[_CONFIG + 4 * channel]
            if config & 3 == _EVENT and self._pin(channel) == (port, pin) and config >> 16 & (_RISING if level else _FALLING):
                self.event(_IN + 4 * channel)

    def detected(self) -> None:
        """DETECT of a port rose."""
        self.event(_PORT)
