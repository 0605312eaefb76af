"""Runs an image on the emulated chip and offers its USB serial port on a socket, until the firmware resets itself or for ever."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

from plumbline.common.errors import BoardUnready
from plumbline.host.nrf52840 import image
from plumbline.host.nrf52840.chip import HZ, Chip
from plumbline.host.nrf52840.line import Line
from plumbline.host.nrf52840.usb_host.cdc_acm import CdcAcm
from plumbline.host.nrf52840.usb_host.enumeration import enumerate_device
from plumbline.host.nrf52840.usb_host.port import FOREVER_TICKS, PACKET_TICKS, Port, Steps

SLICE_TICKS, LONG_SLICE_TICKS = HZ // 1000, HZ // 50
"""Of the chip's time between two looks at the socket; the longer one while nothing goes over the line and the firmware sleeps or computes."""
PATIENCE_TICKS = 5 * HZ
"""How long the chip may be without a serial port."""
_SETTLE_TICKS = HZ // 20
"""What the firmware gets to see that its port was closed, before time stands still."""
_CALM_TICKS, _STUCK_TICKS = 5 * HZ, 60 * HZ
"""After so long without a byte a firmware that polls gets little of this computer's processor: when it has answered, and when it owes an answer."""
_REST_S = 0.02


class Server:
    """An image at work.

    While no program has the port open, time stands still. While the firmware sleeps, its time passes as ours does; while it computes, as fast as
    it can.

    Args:
        path: the image.
        listener: where programs connect to, a listening socket.
        reboots: whether the firmware starts again after a reset, as a chip does; else the server ends there.
        ready: is called each time that the serial port has appeared.
    """

    def __init__(self, path: Path, listener: socket.socket, reboots: bool, ready: Callable[[], None] = lambda: None) -> None:
        self.chip = Chip()
        self.chip.load(image.load(path))
        self.chip.stop_at_reset = not reboots
        self.line = Line(listener)
        self._announce = ready
        self.port = Port(self.chip, self._drive)
        self._ready = self._closed = False
        self._owes = False
        """Whether the firmware has got bytes since it said something."""
        self._quiet = 0
        """Ticks since a byte went over the line."""
        self._slice_ticks = SLICE_TICKS
        self._without_port_since = 0

    def run(self) -> None:
        """Until the firmware resets itself.

        Raises:
            BoardUnready: the firmware has no serial port that a host could use.
            NotModelled: the firmware uses what the emulated chip does not have.
        """
        while True:
            if not self._slice():
                self.line.hang_up()
                return
            if self._ready and not self.line.open:
                self._wait_for_program()

    def _slice(self) -> bool:
        """A slice of the chip's time; False when the firmware has reset itself and does not start again."""
        now, worked = self.chip.now, self.chip.instructions
        if self.chip.run(lambda: self._quiet == 0 and self.chip.now > now, self._slice_ticks) is not None:
            return False
        self._check_port()
        passed, worked = self.chip.now - now, self.chip.instructions - worked
        self._quiet += passed
        asleep = 10 * worked < passed
        self._slice_ticks = LONG_SLICE_TICKS if (asleep or self._owes) and self._quiet > LONG_SLICE_TICKS else SLICE_TICKS
        if self.line.exchange():
            self._quiet = 0
            self.port.look()
        elif self._ready and self.line.open:
            self._rest(passed, asleep)
        return True

    def _rest(self, passed: int, asleep: bool) -> None:
        """Give this computer's processor to others, as far as the firmware does not need it."""
        if self._quiet > (_STUCK_TICKS if self._owes else _CALM_TICKS):
            self.line.rest(_REST_S)
        elif asleep:
            self.line.rest(passed / HZ)

    def _wait_for_program(self) -> None:
        """Until somebody opens the port. A firmware whose port was just closed sees that first: one that is about to reset itself has done so before
        the next program gets it, whose connection would end with the reset.
        """
        if self._closed and self._quiet > _SETTLE_TICKS:
            self.line.accept()
            self._quiet = 0
            self.port.look()

    def _check_port(self) -> None:
        """Raises BoardUnready when the firmware has been without a serial port for too long."""
        if self._ready:
            self._without_port_since = self.chip.now
        elif self.chip.now - self._without_port_since > PATIENCE_TICKS or self.port.failure:
            resets = self.chip.resets
            silent = "it does not answer" if self.port.present else "it does not switch it on"
            why = str(self.port.failure) if self.port.failure else silent
            again = f"; it was reset {len(resets)} times, the last time by {resets[-1]}" if resets else ""
            raise BoardUnready(f"The firmware offers no serial port on USB: {why}{again}.", "See what it does before its main loop.")

    def _drive(self, port: Port) -> Steps[None]:
        """The host's side while a device is there."""
        try:
            serial = CdcAcm(port, (yield from enumerate_device(port)))
            self._ready = self._closed = True
            self._announce()
            while True:
                while not self.line.open:
                    yield FOREVER_TICKS
                yield from serial.open()
                self._closed = False
                yield from self._carry(serial)
                yield from serial.close()
                self._closed, self._quiet = True, 0
        finally:
            if self._ready:
                self.line.hang_up()  # the port is gone from the host
            self._ready = self._closed = False

    def _carry(self, serial: CdcAcm) -> Steps[None]:
        """Bytes both ways while a program has the port open."""
        while self.line.open:
            heard = None if self.line.full else serial.take()
            if heard:
                self.line.say(heard)
                self._owes, self._quiet = False, 0
            taken = serial.give(bytes(self.line.down[:64]))
            if taken:
                del self.line.down[:taken]
                self._owes, self._quiet = True, 0
            yield PACKET_TICKS if taken or heard is not None else self._slice_ticks
