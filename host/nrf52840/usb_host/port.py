"""A port of a USB host: sees a device come and go, and lets what drives it run in the chip's time."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from plumbline.host.nrf52840.chip import HZ, Chip
from plumbline.host.nrf52840.peripherals.table import USBD
from plumbline.host.nrf52840.peripherals.usbd import Usbd

Found = TypeVar("Found")
Steps = Generator[int, None, Found]
"""What a host does, step by step: each yields the ticks until the next one at the latest, which comes at once when the device has done something."""

DEBOUNCE_TICKS = HZ // 10
"""How long a device is there before a host believes it (USB 2.0, 7.1.7.3: 100 ms)."""
PACKET_TICKS = HZ // 20_000
"""What a packet of 64 bytes takes on a full-speed bus with all around it: 50 us."""
_TURNAROUND_TICKS = HZ // 100_000
FOREVER_TICKS = 3600 * HZ


class UsbError(Exception):
    """The device does not do what USB asks of it."""


class TimedOut(UsbError):
    """It did not answer in time."""


class Port:
    """Where one device is plugged in.

    Args:
        chip: the device's chip; the port becomes one of its `devices`.
        drive: what the host does with a device that has appeared, from the first bus reset on. It is closed when the device goes.
    """

    def __init__(self, chip: Chip, drive: Callable[[Port], Steps[None]]) -> None:
        found = chip.peripheral(USBD)
        assert isinstance(found, Usbd)
        self.usbd, self._chip, self._drive = found, chip, drive
        self.plugged = True
        self.failure: UsbError | None = None
        """Why the host has given the device up, until another one appears."""
        self._steps: Steps[None] | None = None
        self._present = False
        self._next: int | None = chip.now
        self.usbd.changed = self.look
        chip.devices.append(self)

    @property
    def now(self) -> int:
        """Ticks since the chip got its power."""
        return self._chip.now

    @property
    def present(self) -> bool:
        """Whether a device shows itself."""
        return self._present

    def look(self) -> None:
        """Something has changed: go on soon, whatever a step waits for."""
        soon = self._chip.now + _TURNAROUND_TICKS
        if self._next is None or self._next > soon:
            self._next = soon
            self._chip.reschedule()

    def plug(self, plugged: bool) -> None:
        """Put the cable in, or pull it out."""
        self.plugged = plugged
        self._chip.power.vbus(plugged)
        self.look()

    def due(self) -> int | None:
        return self._next

    def tick(self, now: int) -> None:
        present = self.plugged and self.usbd.pulled_up
        if present != self._present:
            self._appear(now) if present else self._vanish()
            return
        if self._steps is None:
            self._next = None
            return
        try:
            self._next = now + next(self._steps)
        except StopIteration:
            self._steps = self._next = None
        except UsbError as error:
            self.failure, self._steps, self._next = error, None, None

    def _appear(self, now: int) -> None:
        self._present, self.failure = True, None
        self._steps, self._next = self._whole(), now

    def _whole(self) -> Steps[None]:
        yield from pause(self, DEBOUNCE_TICKS)
        yield from self._drive(self)

    def _vanish(self) -> None:
        self._present, self._next = False, None
        if self._steps is not None:
            self._steps.close()
        self._steps = None


def pause(port: Port, ticks: int) -> Steps[None]:
    """Wait, whatever the device does meanwhile."""
    end = port.now + ticks
    while (left := end - port.now) > 0:
        yield left


def until(port: Port, ready: Callable[[], Found | None], seconds: float, what: str) -> Steps[Found]:
    """Wait for something that the device does.

    Raises:
        TimedOut: it takes longer; says what.
    """
    end = port.now + int(seconds * HZ)
    while (found := ready()) is None:
        if port.now >= end:
            raise TimedOut(f"{what} takes more than {seconds:g} s")
        yield end - port.now
    return found
