"""As much of the emulated chip as its USB controller and a USB host see: time that passes on demand, some RAM, a regulator, an interrupt line."""

from __future__ import annotations

from collections.abc import Callable

from plumbline.common.errors import NotModelled
from plumbline.host.nrf52840.peripherals.usbd import Usbd

USBD = 0x4002_7000
USBD_IRQ = 39


class TinyChip:
    """A chip without a processor."""

    def __init__(self) -> None:
        self.now = 0
        self.ram: dict[int, int] = {}
        self.line = False
        self.regulator = self.cable = False
        self.power = self
        self.told: list[int] = []
        """Events since somebody looked, as offsets in USBD."""
        self.devices: list[object] = []
        self.firmware: Callable[[], None] = lambda: None
        """What the processor would do whenever something has happened."""
        self.usbd = Usbd(self, USBD)  # type: ignore[arg-type]

    def peripheral(self, base: int) -> Usbd:
        assert base == USBD
        return self.usbd

    def usb_regulator(self, on: bool) -> None:
        self.regulator = on

    def vbus(self, on: bool) -> None:
        self.cable = on

    def reschedule(self) -> None: ...

    def interrupt_line(self, irq: int, on: bool) -> None:
        assert irq == USBD_IRQ
        self.line = on

    def event_happened(self, address: int) -> None:
        self.told.append(address - USBD)

    def dma_read(self, address: int, count: int) -> bytes:
        return bytes(self.ram.get(address + each, 0xEE) for each in range(count))

    def dma_write(self, address: int, data: bytes) -> None:
        self.ram.update(enumerate(data, address))

    def not_modelled(self, what: str, address: int) -> NotModelled:
        return NotModelled(f"{what} at {address:#x}", "")

    def pass_time(self, ticks: int, until: Callable[[], bool] = lambda: False) -> None:
        """Let what is due happen in its order, the firmware after each of it, for so many ticks or until something is true."""
        end = self.now + ticks
        self.firmware()
        while not until():
            timed = [self.usbd, *self.devices]
            dues = [(due, each) for each in timed if (due := each.due()) is not None and due <= end]  # type: ignore[attr-defined]
            if not dues:
                self.now = end
                return
            due, first = min(dues, key=lambda pair: pair[0])
            self.now = max(self.now, due)
            first.tick(self.now)  # type: ignore[attr-defined]
            self.firmware()
