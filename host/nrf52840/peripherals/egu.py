"""EGU, which shares its pages with the software interrupts: sixteen tasks, each with its event (PS, "EGU")."""

from __future__ import annotations

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral

_TRIGGER, _TRIGGERED = 0x00, 0x100


class Egu(Peripheral):
    """TRIGGER[n] makes TRIGGERED[n] happen at once."""

    name = "EGU/SWI"
    tasks = frozenset(range(_TRIGGER, _TRIGGER + 64, 4))
    events = frozenset(range(_TRIGGERED, _TRIGGERED + 64, 4))

    def task(self, offset: int) -> None:
        self.event(_TRIGGERED + offset)
