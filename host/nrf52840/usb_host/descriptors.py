"""What a device says of itself: its descriptors, taken apart and held against what they promise each other (USB 2.0, 9.5 and 9.6)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from plumbline.host.nrf52840.peripherals.usbd import PACKET
from plumbline.host.nrf52840.usb_host.port import UsbError

DEVICE, CONFIGURATION, STRING, INTERFACE, ENDPOINT, CLASS_SPECIFIC = 1, 2, 3, 4, 5, 0x24
BULK, INTERRUPT = 2, 3
"""Kinds of an endpoint."""
DEVICE_SIZE, CONFIGURATION_SIZE = 18, 9


@dataclass(frozen=True)
class DeviceDescriptor:
    """The first one that a host asks for."""

    usb: tuple[int, int]
    """Vendor and product."""
    release: int
    """Of the device, in binary-coded decimals."""
    packet: int
    """Bytes of a packet of the control endpoint."""
    strings: tuple[int, int, int]
    """Numbers of the texts for manufacturer, product and serial number; 0: there is none."""
    configurations: int


@dataclass(frozen=True)
class Endpoint:
    """One way of an interface."""

    number: int
    into: bool
    """The host."""
    kind: int
    packet: int


@dataclass(frozen=True)
class Interface:
    """One function of a device, or a part of one; the first alternative setting."""

    number: int
    kind: tuple[int, int, int]
    """Class, subclass and protocol."""
    endpoints: tuple[Endpoint, ...]
    functional: tuple[bytes, ...]
    """The descriptors of its class, whole."""

    def endpoint(self, kind: int, into: bool) -> Endpoint:
        """The one of that kind and direction.

        Raises:
            UsbError: there is none.
        """
        for each in self.endpoints:
            if (each.kind, each.into) == (kind, into):
                return each
        raise UsbError(f"interface {self.number} has no endpoint of kind {kind} {'to' if into else 'from'} the host")


def device(raw: bytes) -> DeviceDescriptor:
    """Take the device descriptor apart.

    Raises:
        UsbError: it is none, or promises what cannot be.
    """
    if len(raw) != DEVICE_SIZE or raw[:2] != bytes((DEVICE_SIZE, DEVICE)):
        raise UsbError(f"the device descriptor is {raw.hex(' ') or 'empty'}")
    packet, vendor, product, release, manufacturer, named, serial, configurations = struct.unpack("<7xB3H4B", raw)
    if packet not in (8, 16, 32, PACKET):
        raise UsbError(f"the device descriptor promises {packet} bytes in a packet of the control endpoint")
    if configurations == 0:
        raise UsbError("the device descriptor promises no configuration")
    return DeviceDescriptor((vendor, product), release, packet, (manufacturer, named, serial), configurations)


def configuration(raw: bytes) -> tuple[int, tuple[Interface, ...]]:
    """Take a whole configuration apart.

    Returns:
        Its value, for SET_CONFIGURATION, and its interfaces.

    Raises:
        UsbError: lengths or counts in it contradict each other, or an endpoint is none of a full-speed device.
    """
    parts = list(_parts(raw))
    if not parts or len(parts[0]) != CONFIGURATION_SIZE or parts[0][1] != CONFIGURATION:
        raise UsbError(f"the configuration descriptor begins with {raw[:CONFIGURATION_SIZE].hex(' ') or 'nothing'}")
    total, count, value = struct.unpack_from("<HBB", parts[0], 2)
    if total != len(raw):
        raise UsbError(f"the configuration descriptor has {len(raw)} bytes and promises {total}")
    interfaces: list[Interface] = []
    at = 1
    while at < len(parts):
        end = next((n for n in range(at + 1, len(parts)) if parts[n][1] == INTERFACE), len(parts))
        if parts[at][1] == INTERFACE and parts[at][3] == 0:
            interfaces.append(_interface(parts[at], parts[at + 1 : end]))
        at = end
    if [each.number for each in interfaces] != list(range(count)):
        raise UsbError(f"the configuration promises {count} interfaces and has the numbers {[each.number for each in interfaces]}")
    ways = [(each.number, each.into) for interface in interfaces for each in interface.endpoints]
    if len(set(ways)) != len(ways):
        raise UsbError("two interfaces have the same endpoint")
    return value, tuple(interfaces)


def text(raw: bytes) -> str:
    """The text of a string descriptor.

    Raises:
        UsbError: it is none.
    """
    if len(raw) < 2 or raw[0] != len(raw) or raw[1] != STRING or len(raw) % 2:
        raise UsbError(f"a string descriptor is {raw.hex(' ') or 'empty'}")
    return raw[2:].decode("utf-16-le", "replace")


def _parts(raw: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(raw):
        size = raw[at]
        if size < 2 or at + size > len(raw):
            raise UsbError(f"a descriptor at byte {at} of the configuration promises {size} bytes, {len(raw) - at} are left")
        yield raw[at : at + size]
        at += size


def _interface(head: bytes, rest: list[bytes]) -> Interface:
    number, count = head[2], head[4]
    endpoints = tuple(_endpoint(each) for each in rest if each[1] == ENDPOINT)
    if len(endpoints) != count:
        raise UsbError(f"interface {number} promises {count} endpoints and has {len(endpoints)}")
    return Interface(number, (head[5], head[6], head[7]), endpoints, tuple(each for each in rest if each[1] == CLASS_SPECIFIC))


def _endpoint(raw: bytes) -> Endpoint:
    address, attributes, packet = struct.unpack_from("<BBH", raw, 2)
    found = Endpoint(address & 0x0F, bool(address & 0x80), attributes & 3, packet)
    if found.kind in (BULK, INTERRUPT) and not 0 < packet <= PACKET:
        raise UsbError(f"endpoint {address:#04x} promises {packet} bytes in a packet")
    if found.kind == BULK and packet not in (8, 16, 32, PACKET):
        raise UsbError(f"endpoint {address:#04x} of bulk transfers promises {packet} bytes in a packet")
    return found
