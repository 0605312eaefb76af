"""Control transfers: a request with its data, if any, and the status that ends it (USB 2.0, 8.5.3 and 9.3)."""

from __future__ import annotations

import struct

from plumbline.host.nrf52840.peripherals.usbd import PACKET
from plumbline.host.nrf52840.usb_host.port import PACKET_TICKS, Found, Port, Steps, UsbError, pause, until

IN = 0x80
"""Of a request's type: the data goes to the host."""
CLASS_TO_INTERFACE = 0x21
PATIENCE_S = 5.0
"""What a request may take (USB 2.0, 9.2.6.1)."""
STATUS_S = 0.05
"""What the end of one without data may take (9.2.6.4)."""


class Stalled(UsbError):
    """The device refuses a request."""


def request(port: Port, kind: int, number: int, value: int = 0, index: int = 0, length: int = 0) -> Steps[bytes]:
    """A request whose data comes from the device, at most `length` bytes.

    Raises:
        Stalled: the device refuses it.
        TimedOut: it does not answer.
        UsbError: it answers with more than was asked for.
    """
    what = _begun(port, IN | kind, number, value, index, length)
    data, size = b"", length
    while len(data) < size:
        packet = yield from until(port, lambda: _or_stalled(port, port.usbd.take_in(0), what), PATIENCE_S, f"the data of {what}")
        yield from pause(port, PACKET_TICKS)
        data += packet
        if len(packet) < PACKET:  # a short one is the last
            size = len(data)
    if len(data) > length:
        raise UsbError(f"{what} is answered with {len(data)} bytes, asked for were {length}")
    yield from _status(port, what, PATIENCE_S)
    return data


def send(port: Port, kind: int, number: int, value: int = 0, index: int = 0, data: bytes = b"") -> Steps[None]:
    """A request whose data, if any, goes to the device.

    Raises:
        Stalled, TimedOut: as of `request`.
    """
    what = _begun(port, kind, number, value, index, len(data))
    for start in range(0, len(data), PACKET):
        packet = data[start : start + PACKET]
        yield from _give(port, packet, what)
    yield from _status(port, what, PATIENCE_S)


def _begun(port: Port, kind: int, number: int, value: int, index: int, length: int) -> str:
    port.usbd.setup(struct.pack("<BBHHH", kind, number, value, index, length))
    return f"the request {kind:02x} {number:02x} {value:04x} {index:04x}"


def _give(port: Port, packet: bytes, what: str) -> Steps[None]:
    yield from until(port, lambda: _or_stalled(port, port.usbd.give_out(0, packet) or None, what), PATIENCE_S, f"taking the data of {what}")
    yield from pause(port, PACKET_TICKS)


def _or_stalled(port: Port, found: Found | None, what: str) -> Found | None:
    if found is None and port.usbd.stalled(0, into=True):
        raise Stalled(f"{what} is refused")
    return found


def _status(port: Port, what: str, seconds: float) -> Steps[None]:
    yield from until(port, lambda: _or_stalled(port, port.usbd.take_status() or None, what), seconds, f"the end of {what}")
    yield from pause(port, PACKET_TICKS)
