"""From a device that has just appeared to one that is configured, in the order in which Linux and Windows ask (USB 2.0, 9.1.2)."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.host.nrf52840.chip import HZ
from plumbline.host.nrf52840.usb_host import descriptors
from plumbline.host.nrf52840.usb_host.control import request, send
from plumbline.host.nrf52840.usb_host.descriptors import CONFIGURATION, CONFIGURATION_SIZE, DEVICE, DEVICE_SIZE, STRING, DeviceDescriptor, Interface
from plumbline.host.nrf52840.usb_host.port import Port, Steps, UsbError, pause

GET_DESCRIPTOR, SET_ADDRESS, SET_CONFIGURATION = 6, 5, 9
RESET_TICKS, RECOVERY_TICKS, ADDRESS_TICKS = HZ // 20, HZ // 100, HZ // 500
"""50 ms of reset, 10 ms after it, 2 ms after a new address (USB 2.0, 7.1.7.5 and 9.2.6.3)."""
_ADDRESS = 1
_FIRST_SIZE = 64
"""Bytes of the device descriptor that are asked for before the address, however long a device says that it is."""


@dataclass(frozen=True)
class Device:
    """A device that is configured."""

    descriptor: DeviceDescriptor
    interfaces: tuple[Interface, ...]
    manufacturer: str
    product: str
    serial_number: str

    @property
    def usb(self) -> tuple[int, int]:
        """Vendor and product."""
        return self.descriptor.usb


def enumerate_device(port: Port) -> Steps[Device]:
    """Reset, ask, give an address, ask again, configure.

    Raises:
        UsbError: the device refuses, does not answer, or contradicts itself; says where.
    """
    yield from bus_reset(port)
    first = yield from request(port, 0, GET_DESCRIPTOR, DEVICE << 8, 0, _FIRST_SIZE)
    if len(first) < 8:
        raise UsbError(f"the device descriptor has {len(first)} bytes")
    yield from bus_reset(port)
    yield from send(port, 0, SET_ADDRESS, _ADDRESS)
    yield from pause(port, ADDRESS_TICKS)
    descriptor = descriptors.device((yield from request(port, 0, GET_DESCRIPTOR, DEVICE << 8, 0, DEVICE_SIZE)))
    head = yield from request(port, 0, GET_DESCRIPTOR, CONFIGURATION << 8, 0, CONFIGURATION_SIZE)
    if len(head) != CONFIGURATION_SIZE:
        raise UsbError(f"the configuration descriptor has {len(head)} bytes")
    whole = yield from request(port, 0, GET_DESCRIPTOR, CONFIGURATION << 8, 0, int.from_bytes(head[2:4], "little"))
    value, interfaces = descriptors.configuration(whole)
    texts = []
    for number in descriptor.strings:
        texts.append((yield from _text(port, number)) if number else "")
    yield from send(port, 0, SET_CONFIGURATION, value)
    return Device(descriptor, interfaces, *texts)


def bus_reset(port: Port) -> Steps[None]:
    """As a host does it before it speaks to a device, and to one that is in a muddle."""
    port.usbd.bus_reset()
    yield from pause(port, RESET_TICKS + RECOVERY_TICKS)


def _text(port: Port, number: int) -> Steps[str]:
    languages = yield from request(port, 0, GET_DESCRIPTOR, STRING << 8, 0, 255)
    if len(languages) < 4:
        raise UsbError(f"the list of languages is {languages.hex(' ') or 'empty'}")
    language = int.from_bytes(languages[2:4], "little")
    return descriptors.text((yield from request(port, 0, GET_DESCRIPTOR, STRING << 8 | number, language, 255)))
