"""POWER and CLOCK, which share a page: oscillators, the USB regulator, why the chip was reset, and registers that outlive a reset.

nRF52840 Product Specification, "POWER" and "CLOCK".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_HFCLKSTART, _HFCLKSTOP, _LFCLKSTART, _LFCLKSTOP, _CAL, _CTSTART, _CTSTOP, _CONSTLAT, _LOWPWR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x78, 0x7C
_HFCLKSTARTED, _LFCLKSTARTED, _POFWARN, _DONE, _CTTO, _CTSTARTED, _CTSTOPPED = 0x100, 0x104, 0x108, 0x10C, 0x110, 0x128, 0x12C
_SLEEPENTER, _SLEEPEXIT, _USBDETECTED, _USBREMOVED, _USBPWRRDY = 0x114, 0x118, 0x11C, 0x120, 0x124
_RESETREAS, _RAMSTATUS, _HFCLKRUN, _HFCLKSTAT, _LFCLKRUN, _LFCLKSTAT, _LFCLKSRCCOPY, _USBREGSTATUS = (
    0x400,
    0x428,
    0x408,
    0x40C,
    0x414,
    0x418,
    0x41C,
    0x438,
)
_SYSTEMOFF, _POFCON, _GPREGRET, _GPREGRET2, _LFCLKSRC, _HFXODEBOUNCE, _CTIV, _TRACECONFIG = 0x500, 0x510, 0x51C, 0x520, 0x518, 0x528, 0x538, 0x55C
_DCDCEN, _DCDCEN0, _MAINREGSTATUS = 0x578, 0x580, 0x640
_RAM_POWER = {0x900 + 16 * block + part: 0xFFFF if part < 8 else 0 for block in range(9) for part in (0, 4, 8)}
_UNDOCUMENTED = range(0xE00, 0xE38, 4)
"""Zephyr's Bluetooth controller sets these when it resets its radio; they are kept."""
_VBUSDETECT, _OUTPUTRDY = 1, 2
RESET_PIN, WATCHDOG, SOFT_RESET, LOCKUP = 1, 2, 4, 8
"""Bits of RESETREAS."""
_HFXO_TICKS, _LFCLK_TICKS, _REGULATOR_TICKS = 23_040, 16_000, 64_000
"""360 us of the crystal and 250 us of the slow RC oscillator; the 1 ms of the regulator is a guess."""


class PowerClock(Peripheral):
    """Clocks start after a while; their frequencies are exact. The cable is in from power-on until `vbus` says otherwise."""

    name = "POWER/CLOCK"
    tasks = frozenset((_HFCLKSTART, _HFCLKSTOP, _LFCLKSTART, _LFCLKSTOP, _CAL, _CTSTART, _CTSTOP, _CONSTLAT, _LOWPWR))
    events = frozenset(
        (
            *(_HFCLKSTARTED, _LFCLKSTARTED, _POFWARN, _DONE, _CTTO, _CTSTARTED, _CTSTOPPED),
            *(_SLEEPENTER, _SLEEPEXIT, _USBDETECTED, _USBREMOVED, _USBPWRRDY),
        )
    )
    resets: ClassVar[Mapping[int, int]] = {
        **dict.fromkeys((_RESETREAS, _RAMSTATUS, _HFCLKRUN, _HFCLKSTAT, _LFCLKRUN, _LFCLKSTAT, _LFCLKSRCCOPY, _USBREGSTATUS), 0),
        **dict.fromkeys((_SYSTEMOFF, _POFCON, _GPREGRET, _GPREGRET2, _LFCLKSRC, _CTIV, _TRACECONFIG, _DCDCEN, _DCDCEN0, _MAINREGSTATUS), 0),
        _HFXODEBOUNCE: 0x10,
        **_RAM_POWER,
        **dict.fromkeys(_UNDOCUMENTED, 0),
    }
    _vbus = True
    _waiting: dict[int, int]
    """When each of the pending events comes, by its offset."""
    _usb_enabled: bool

    def reset(self) -> None:
        kept = {offset: self.registers[offset] for offset in (_RESETREAS, _GPREGRET, _GPREGRET2)}
        super().reset()
        self.registers.update(kept)
        self.vbus(self._vbus)

    def clear(self) -> None:
        super().clear()
        self._waiting = {}
        self._usb_enabled = False

    def note_reset(self, reason: int) -> None:
        """Add a bit to RESETREAS, where it stays until the firmware clears it."""
        self.registers[_RESETREAS] |= reason

    def vbus(self, on: bool) -> None:
        """The cable is plugged in or pulled out."""
        self._vbus = on
        status = self.registers[_USBREGSTATUS]
        if on and not status & _VBUSDETECT:
            self.registers[_USBREGSTATUS] = _VBUSDETECT
            self.event(_USBDETECTED)
            self.usb_regulator(self._usb_enabled)
        elif not on and status & _VBUSDETECT:
            self.registers[_USBREGSTATUS] = 0
            self._waiting.pop(_USBPWRRDY, None)
            self.event(_USBREMOVED)
        self.chip.reschedule()

    def usb_regulator(self, on: bool) -> None:
        """USBD was enabled or disabled: with the cable in, that turns the regulator on, which is ready after a while."""
        self._usb_enabled = on
        self._waiting.pop(_USBPWRRDY, None)
        if not on:
            self.registers[_USBREGSTATUS] &= ~_OUTPUTRDY
        elif self.registers[_USBREGSTATUS] == _VBUSDETECT:
            self._waiting[_USBPWRRDY] = self.chip.now + _REGULATOR_TICKS
        self.chip.reschedule()

    def task(self, offset: int) -> None:
        registers, now = self.registers, self.chip.now
        if offset == _HFCLKSTART:
            registers[_HFCLKRUN] = 1
            self._waiting[_HFCLKSTARTED] = now + _HFXO_TICKS
        elif offset == _HFCLKSTOP:
            registers[_HFCLKRUN] = registers[_HFCLKSTAT] = 0
            self._waiting.pop(_HFCLKSTARTED, None)
        elif offset == _LFCLKSTART:
            registers[_LFCLKRUN], registers[_LFCLKSRCCOPY] = 1, registers[_LFCLKSRC] & 3
            self._waiting[_LFCLKSTARTED] = now + _LFCLK_TICKS
        elif offset == _LFCLKSTOP:
            registers[_LFCLKRUN] = registers[_LFCLKSTAT] = 0
            self._waiting.pop(_LFCLKSTARTED, None)
        elif offset == _CAL:
            self._waiting[_DONE] = now + _LFCLK_TICKS
        elif offset in (_CTSTART, _CTSTOP):
            self._calibration_timer(offset == _CTSTART)
        self.chip.reschedule()

    def _calibration_timer(self, start: bool) -> None:
        """CTIV is in quarters of a second."""
        self._waiting.pop(_CTTO, None)
        if start:
            self._waiting[_CTTO] = self.chip.now + self.registers[_CTIV] * 16_000_000
        self.event(_CTSTARTED if start else _CTSTOPPED)

    def written(self, offset: int, value: int, before: int) -> None:
        if offset == _RESETREAS:
            self.registers[offset] = before & ~value
        elif offset in (_GPREGRET, _GPREGRET2):
            self.registers[offset] = value & 0xFF
        elif offset == _SYSTEMOFF and value & 1:
            raise self.chip.not_modelled("System OFF", self.base + offset)
        elif offset & 0xF00 == 0x900 and offset & 0xC:
            power = offset & ~0xF
            self.registers[power] = self.registers[power] | value if offset & 4 else self.registers[power] & ~value
            self.registers[power + 4] = self.registers[power + 8] = 0
        elif offset in (_RAMSTATUS, _HFCLKRUN, _HFCLKSTAT, _LFCLKRUN, _LFCLKSTAT, _LFCLKSRCCOPY, _USBREGSTATUS, _MAINREGSTATUS):
            self.registers[offset] = before

    def due(self) -> int | None:
        return min(self._waiting.values(), default=None)

    def tick(self, now: int) -> None:
        for event, time in sorted(self._waiting.items(), key=lambda item: item[1]):
            if time > now:
                continue
            del self._waiting[event]
            if event == _HFCLKSTARTED:
                self.registers[_HFCLKSTAT] = 0x1_0001
            elif event == _LFCLKSTARTED:
                self.registers[_LFCLKSTAT] = 0x1_0000 | self.registers[_LFCLKSRCCOPY]
            elif event == _USBPWRRDY:
                self.registers[_USBREGSTATUS] |= _OUTPUTRDY
            self.event(event)
