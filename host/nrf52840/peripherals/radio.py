"""RADIO, as far as firmware that does not transmit touches it: it is disabled, and its interrupts can be enabled. Starting it stops the chip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_DISABLE, _DISABLED, _STATE, _POWER = 0x010, 0x110, 0x550, 0xFFC


class Radio(Peripheral):
    """DISABLE is answered at once, as it is off already."""

    name = "RADIO"
    tasks = frozenset((_DISABLE,))
    events = frozenset((*range(0x100, 0x120, 4), 0x128, 0x130, 0x134, *range(0x138, 0x160, 4), 0x16C, 0x170))
    resets: ClassVar[Mapping[int, int]] = {_STATE: 0, _POWER: 1}

    def task(self, offset: int) -> None:
        self.event(_DISABLED)
