"""PPI: starts tasks when events happen, without the processor (PS, "PPI"). An event's tasks start at once, where the chip takes a cycle of 16 MHz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_CHEN, _CHENSET, _CHENCLR, _CH, _CHG, _FORK = 0x500, 0x504, 0x508, 0x510, 0x800, 0x910
_FREE, _CHANNELS, _GROUPS = 20, 32, 6
_TIMER0, _RADIO, _AAR, _CCM, _RTC0 = 0x4000_8000, 0x4000_1000, 0x4000_F000, 0x4000_F000, 0x4000_B000
_FIXED = (
    *((_TIMER0 + 0x140, _RADIO + 0x000), (_TIMER0 + 0x144, _RADIO + 0x004), (_TIMER0 + 0x144, _RADIO + 0x010)),
    *((_RADIO + 0x11C, _AAR + 0x000), (_RADIO + 0x100, _CCM + 0x000), (_RADIO + 0x104, _TIMER0 + 0x044), (_RADIO + 0x10C, _TIMER0 + 0x048)),
    *((_RTC0 + 0x140, _RADIO + 0x000), (_RTC0 + 0x140, _RADIO + 0x004), (_RTC0 + 0x140, _TIMER0 + 0x00C), (_RTC0 + 0x140, _TIMER0 + 0x000)),
    (_RADIO + 0x128, _TIMER0 + 0x040),
)
"""Event and task of channels 20 to 31, which cannot be changed."""
_PAGE = 0xFFF


class Ppi(Peripheral):
    """Channels by their event's address; each has a task and a second one, its fork."""

    name = "PPI"
    tasks = frozenset(range(0, 8 * _GROUPS, 4))
    resets: ClassVar[Mapping[int, int]] = {
        **dict.fromkeys((_CHEN, _CHENSET, _CHENCLR), 0),
        **dict.fromkeys(range(_CH, _CH + 8 * _FREE, 4), 0),
        **dict.fromkeys(range(_CHG, _CHG + 4 * _GROUPS, 4), 0),
        **dict.fromkeys(range(_FORK, _FORK + 4 * _CHANNELS, 4), 0),
    }

    def read(self, offset: int) -> int:
        return super().read(_CHEN if offset in (_CHENSET, _CHENCLR) else offset)

    def task(self, offset: int) -> None:
        """CHG[n].EN and CHG[n].DIS enable and disable all channels of a group."""
        group = self.registers[_CHG + 4 * (offset // 8)]
        if offset % 8:
            self.registers[_CHEN] &= ~group
        else:
            self.registers[_CHEN] |= group

    def written(self, offset: int, value: int, before: int) -> None:
        if offset == _CHENSET:
            self.registers[_CHEN] |= value
        elif offset == _CHENCLR:
            self.registers[_CHEN] &= ~value

    def happened(self, event: int) -> None:
        """The event whose register has this address happened."""
        enabled = self.registers[_CHEN]
        while enabled:
            channel = (enabled & -enabled).bit_length() - 1
            enabled &= enabled - 1
            if channel < _FREE:
                source, task = self.registers[_CH + 8 * channel], self.registers[_CH + 8 * channel + 4]
            else:
                source, task = _FIXED[channel - _FREE]
            if source == event:
                for target in (task, self.registers[_FORK + 4 * channel]):
                    if target:
                        self.chip.peripheral(target & ~_PAGE).start(target & _PAGE)
