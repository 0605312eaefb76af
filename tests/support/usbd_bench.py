"""The emulated USBD on a bench: a driver's writes and a host's actions by hand."""

from __future__ import annotations

from plumbline.host.nrf52840.peripherals import usbd_registers as at
from tests.support.tiny_chip import TinyChip

BUFFER = 0x2000_0100


class Bench:
    """USBD with time that passes on demand."""

    def __init__(self) -> None:
        self.chip = TinyChip()
        self.usbd = self.chip.usbd
        self.looks = 0
        self.usbd.changed = self._look

    def _look(self) -> None:
        self.looks += 1

    def pass_time(self, ticks: int = 1000) -> None:
        """Let what is due happen."""
        self.chip.pass_time(ticks)

    def new(self, *events: int) -> None:
        """Exactly these events have happened, in this order, since the last time."""
        assert self.chip.told == list(events)
        self.chip.told.clear()
        for event in events:
            assert self.usbd.read(event) == 1
            self.usbd.write(event, 0)

    def send(self, endpoint: int, data: bytes) -> None:
        """What a driver does to send a packet."""
        self.chip.dma_write(BUFFER, data)
        self.usbd.write(at.EPIN_PTR + at.STRIDE * endpoint, BUFFER)
        self.usbd.write(at.EPIN_MAXCNT + at.STRIDE * endpoint, len(data))
        self.usbd.write(at.STARTEPIN + 4 * endpoint, 1)

    def fetch(self, endpoint: int, count: int) -> None:
        """What a driver does to get a packet that has arrived."""
        self.usbd.write(at.EPOUT_PTR + at.STRIDE * endpoint, BUFFER)
        self.usbd.write(at.EPOUT_MAXCNT + at.STRIDE * endpoint, count)
        self.usbd.write(at.STARTEPOUT + 4 * endpoint, 1)
