"""PWM: plays one or two sequences of duty cycles from RAM (PS, "PWM"). `duty` holds the words that were played, pins do not move."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_STOP, _SEQSTART, _NEXTSTEP = 0x04, (0x08, 0x0C), 0x10
_STOPPED, _SEQSTARTED, _SEQEND, _PWMPERIODEND, _LOOPSDONE = 0x104, (0x108, 0x10C), (0x110, 0x114), 0x118, 0x11C
_ENABLE, _MODE, _COUNTERTOP, _PRESCALER, _DECODER, _LOOP, _SEQ, _PSEL = 0x500, 0x504, 0x508, 0x50C, 0x510, 0x514, (0x520, 0x540), 0x560
_PTR, _CNT, _REFRESH, _ENDDELAY = 0, 4, 8, 12
_TICKS = 4
"""Of the chip's 64 MHz for one of 16 MHz."""
_UP_AND_DOWN, _WAVE_FORM = 1, 3
_NEXT_STEP = 1 << 8
_PERIOD_INTERRUPT = 1 << 6


class Pwm(Peripheral):
    """A sequence takes its periods, or where DECODER says so a step for each NEXTSTEP; the last value stays until STOP."""

    name = "PWM"
    tasks = frozenset((_STOP, *_SEQSTART, _NEXTSTEP))
    events = frozenset((_STOPPED, *_SEQSTARTED, *_SEQEND, _PWMPERIODEND, _LOOPSDONE))
    shortcuts = (
        (0, _SEQEND[0], _STOP),
        (1, _SEQEND[1], _STOP),
        *((2 + i, _LOOPSDONE, _SEQSTART[i]) for i in range(2)),
        (4, _LOOPSDONE, _STOP),
    )
    resets: ClassVar[Mapping[int, int]] = {
        **dict.fromkeys((_ENABLE, _MODE, _PRESCALER, _DECODER, _LOOP), 0),
        _COUNTERTOP: 0x3FF,
        **{sequence + register: 0 for sequence in _SEQ for register in (_PTR, _CNT, _ENDDELAY)},
        **{sequence + _REFRESH: 1 for sequence in _SEQ},
        **{_PSEL + 4 * channel: 0xFFFF_FFFF for channel in range(4)},
    }
    duty: list[int]
    _ends: int | None

    def clear(self) -> None:
        super().clear()
        self.duty = []
        self._ends, self._playing, self._loops = None, 0, 0
        self._waiting: tuple[int, ...] = ()
        """What NEXTSTEP plays."""

    def task(self, offset: int) -> None:
        if not self.registers[_ENABLE] & 1:
            return
        if offset == _STOP:
            self._ends, self._waiting = None, ()
            self.event(_STOPPED)
        elif offset == _NEXTSTEP:
            if self._waiting:
                self._step(self._waiting)
        else:
            self._loops = self.registers[_LOOP]
            self._play(_SEQSTART.index(offset))
        self.chip.reschedule()

    def _play(self, sequence: int) -> None:
        registers, base = self.registers, _SEQ[sequence]
        if self.inten & _PERIOD_INTERRUPT:
            raise self.chip.not_modelled("PWM's interrupt of each period", self.base + _PWMPERIODEND)
        count = registers[base + _CNT] & 0x7FFF
        words = struct.unpack(f"<{count}H", self.chip.dma_read(registers[base + _PTR], 2 * count)) if count else ()
        self._playing, self._waiting = sequence, ()
        if registers[_DECODER] & _NEXT_STEP:
            self._step(words)
        else:
            self.duty += words
            periods = count // self._width() * (registers[base + _REFRESH] + 1) + registers[base + _ENDDELAY]
            self._ends = self.chip.now + max(periods * self._period(words), 1)
        self.event(_SEQSTARTED[sequence])

    def _step(self, words: tuple[int, ...]) -> None:
        """The first step's words; the sequence ends with the period of its last step."""
        now, self._waiting = words[: self._width()], words[self._width() :]
        self.duty += now
        self._ends = None if self._waiting else self.chip.now + max(self._period(now), 1)

    def _width(self) -> int:
        """Words of a step."""
        return (1, 2, 4, 4)[self.registers[_DECODER] & 3]

    def _period(self, words: tuple[int, ...]) -> int:
        """Ticks of a period of the counter."""
        registers = self.registers
        top = words[3] if registers[_DECODER] & 3 == _WAVE_FORM and len(words) >= 4 else registers[_COUNTERTOP]
        return (top & 0x7FFF) * (2 if registers[_MODE] & _UP_AND_DOWN else 1) * (_TICKS << (registers[_PRESCALER] & 7))

    def due(self) -> int | None:
        return self._ends

    def tick(self, now: int) -> None:
        self._ends = None
        self.event(_PWMPERIODEND)
        self.event(_SEQEND[self._playing])
        if not self._loops or self._ends is not None:
            return
        if self._playing == 0:
            self._play(1)
            return
        self._loops -= 1
        if self._loops:
            self._play(0)
        else:
            self.event(_LOOPSDONE)
