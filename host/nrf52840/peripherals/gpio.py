"""GPIO: the two ports of pins, which share a page (PS, "GPIO").

What is outside drives a pin by `drive`; a pin that nobody drives follows its pull resistor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_PORTS = (0x000, 0x300)
_OUT, _OUTSET, _OUTCLR, _IN, _DIR, _DIRSET, _DIRCLR, _LATCH, _DETECTMODE, _CNF = 0x504, 0x508, 0x50C, 0x510, 0x514, 0x518, 0x51C, 0x520, 0x524, 0x700
_PINS = 32
_DISCONNECTED, _PULL_UP = 2, 0xC
_SENSE_HIGH, _SENSE_LOW = 2, 3


class Gpio(Peripheral):
    """Pins by port (0, 1) and number (0 to 31)."""

    name = "GPIO"
    resets: ClassVar[Mapping[int, int]] = {
        **{port + offset: 0 for port in _PORTS for offset in range(_OUT, _DETECTMODE + 4, 4)},
        **{port + _CNF + 4 * pin: _DISCONNECTED for port in _PORTS for pin in range(_PINS)},
    }

    def clear(self) -> None:
        super().clear()
        self._levels = [0, 0]
        self._detected = [False, False]

    _outside: dict[tuple[int, int], bool] | None = None
    """What is driven from outside stays over a reset."""

    def reset(self) -> None:
        super().reset()
        self._settle()

    def drive(self, port: int, pin: int, level: bool | None) -> None:
        """Something outside of the chip drives a pin, or with None lets go of it."""
        self._outside = self._outside or {}
        if level is None:
            self._outside.pop((port, pin), None)
        else:
            self._outside[port, pin] = level
        self._settle()

    def level(self, port: int, pin: int) -> bool:
        """What a voltmeter at the pin says."""
        base = _PORTS[port]
        if self.registers[base + _DIR] >> pin & 1:
            return bool(self.registers[base + _OUT] >> pin & 1)
        return (self._outside or {}).get((port, pin), self.registers[base + _CNF + 4 * pin] & _PULL_UP == _PULL_UP)

    def output(self, port: int, pin: int, level: bool) -> None:
        """GPIOTE sets a pin."""
        bit = 1 << pin
        self.registers[_PORTS[port] + _OUT] = self.registers[_PORTS[port] + _OUT] & ~bit | bit * level
        self._settle()

    def read(self, offset: int) -> int:
        base = _base(offset)
        at = offset - base
        if at == _IN:
            return self._levels[_PORTS.index(base)]
        aliases = {_OUTSET: _OUT, _OUTCLR: _OUT, _DIRSET: _DIR, _DIRCLR: _DIR}
        return super().read(base + aliases.get(at, at))

    def written(self, offset: int, value: int, before: int) -> None:
        base = _base(offset)
        at = offset - base
        if at in (_OUTSET, _DIRSET):
            self.registers[base + (_OUT if at == _OUTSET else _DIR)] |= value
        elif at in (_OUTCLR, _DIRCLR):
            self.registers[base + (_OUT if at == _OUTCLR else _DIR)] &= ~value
        elif at == _LATCH:
            self.registers[offset] = before & ~value
            if self.registers[base + _DETECTMODE] & 1:
                self._detected[_PORTS.index(base)] = False  # what LATCH still holds makes it rise anew (PS, "LDETECT")
        elif at >= _CNF:
            bit = 1 << (at - _CNF) // 4
            self.registers[base + _DIR] = self.registers[base + _DIR] & ~bit | bit * (value & 1)
        self._settle()

    def _settle(self) -> None:
        """Pins have new levels: input registers follow, and GPIOTE is told."""
        for port, base in enumerate(_PORTS):
            before, now, sensed = self._levels[port], 0, False
            for pin in range(_PINS):
                level, configuration = self.level(port, pin), self.registers[base + _CNF + 4 * pin]
                now |= (level and not configuration & _DISCONNECTED) << pin
                if configuration >> 16 & 3 == (_SENSE_HIGH if level else _SENSE_LOW):
                    self.registers[base + _LATCH] |= 1 << pin
                    sensed = True
            self._levels[port] = now
            self._detect(port, bool(self.registers[base + _LATCH]) if self.registers[base + _DETECTMODE] & 1 else sensed)
            for pin in range(_PINS):
                if (before ^ now) >> pin & 1:
                    self.chip.gpiote.changed(port, pin, bool(now >> pin & 1))

    def _detect(self, port: int, now: bool) -> None:
        """DETECT of a port: whether any of its pins has the level that it waits for, or with DETECTMODE whether LATCH remembers one."""
        rose, self._detected[port] = now and not self._detected[port], now
        if rose:
            self.chip.gpiote.detected()


def _base(offset: int) -> int:
    """Of the port that a register belongs to. Each has some at 0x504 and more at 0x700."""
    second = _PORTS[1]
    return second if offset >= second + _CNF or second + _OUT <= offset <= second + _DETECTMODE else 0
