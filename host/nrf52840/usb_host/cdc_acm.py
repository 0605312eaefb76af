"""A serial port over USB, CDC-ACM, as a host drives it (USB CDC 1.2 and its PSTN subclass)."""

from __future__ import annotations

import struct

from plumbline.host.nrf52840.usb_host.control import CLASS_TO_INTERFACE, request, send
from plumbline.host.nrf52840.usb_host.descriptors import BULK, INTERRUPT, Interface
from plumbline.host.nrf52840.usb_host.enumeration import Device
from plumbline.host.nrf52840.usb_host.port import Port, Steps, UsbError

COMMUNICATION, ACM, DATA = 0x02, 0x02, 0x0A
"""Class and subclass of the interface that is asked, class of the one that carries bytes."""
SET_LINE_CODING, GET_LINE_CODING, SET_CONTROL_LINE_STATE = 0x20, 0x21, 0x22
DTR, RTS = 1, 2
UNION = 6
BAUD = 115_200
TOUCH_BAUD = 1200
"""Opened with this and closed again, an Arduino board starts its boot loader."""


class CdcAcm:
    """The port of a device that is configured.

    Args:
        port: where it is plugged in.
        device: what `enumerate_device` found.

    Raises:
        UsbError: it has no such port, or one that lacks an endpoint.
    """

    def __init__(self, port: Port, device: Device) -> None:
        self._usbd, self._port = port.usbd, port
        asked = next((each for each in device.interfaces if each.kind[:2] == (COMMUNICATION, ACM)), None)
        if asked is None:
            raise UsbError(f"the device {device.usb[0]:04x}:{device.usb[1]:04x} has no serial port (CDC-ACM)")
        self._asked = asked.number
        data = device.interfaces[_data_of(asked, len(device.interfaces))]
        if data.kind[0] != DATA:
            raise UsbError(f"interface {data.number} is to carry the serial port's bytes and is of class {data.kind[0]:#04x}")
        self._in, self._out = data.endpoint(BULK, True), data.endpoint(BULK, False)
        self._notes = asked.endpoint(INTERRUPT, True) if asked.endpoints else None

    def open(self, baud: int = BAUD) -> Steps[None]:
        """As a program does that opens the port. Raises UsbError, as of `send`."""
        yield from self.set_line_coding(baud)
        yield from self._lines(DTR | RTS)

    def close(self) -> Steps[None]:
        """As a program does that closes it. Raises UsbError, as of `send`."""
        yield from self._lines(0)

    def touch(self) -> Steps[None]:
        """Ask an Arduino board for its boot loader. Raises UsbError, as of `send`."""
        yield from self.open(TOUCH_BAUD)
        yield from self.close()

    def set_line_coding(self, baud: int) -> Steps[None]:
        """Bits a second, with 8 data bits, no parity and a stop bit. Raises UsbError, as of `send`."""
        yield from send(self._port, CLASS_TO_INTERFACE, SET_LINE_CODING, 0, self._asked, struct.pack("<IBBB", baud, 0, 0, 8))

    def line_coding(self) -> Steps[int]:
        """Bits a second, as the device has them. Raises UsbError, as of `request`."""
        raw = yield from request(self._port, CLASS_TO_INTERFACE, GET_LINE_CODING, 0, self._asked, 7)
        if len(raw) != 7:
            raise UsbError(f"the line coding has {len(raw)} bytes")
        return int(struct.unpack_from("<I", raw)[0])

    def take(self) -> bytes | None:
        """A packet from the device, if it has one; what it tells of its line's state is taken and forgotten."""
        if self._notes is not None:
            self._usbd.take_in(self._notes.number)
        return self._usbd.take_in(self._in.number)

    def give(self, data: bytes) -> int:
        """Bytes for the device; how many of them it has taken, at most a packet."""
        packet = data[: self._out.packet]
        return len(packet) if packet and self._usbd.give_out(self._out.number, packet) else 0

    def _lines(self, state: int) -> Steps[None]:
        yield from send(self._port, CLASS_TO_INTERFACE, SET_CONTROL_LINE_STATE, state, self._asked)


def _data_of(asked: Interface, interfaces: int) -> int:
    """The number of the interface that carries the bytes, as the union descriptor tells."""
    unions = [each for each in asked.functional if len(each) >= 5 and each[2] == UNION]
    if not unions or unions[0][3] != asked.number or unions[0][4] >= interfaces:
        raise UsbError(f"interface {asked.number} does not tell which interface carries the serial port's bytes (union descriptor)")
    return unions[0][4]
