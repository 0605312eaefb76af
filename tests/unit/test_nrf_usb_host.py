"""The host at the other end of the emulated chip's USB cable, with a firmware in Python: enumeration, a serial port, and what goes wrong."""

from __future__ import annotations

import pytest

from plumbline.host.nrf52840.chip import HZ
from plumbline.host.nrf52840.usb_host import descriptors
from plumbline.host.nrf52840.usb_host.cdc_acm import CdcAcm
from plumbline.host.nrf52840.usb_host.control import PATIENCE_S, request
from plumbline.host.nrf52840.usb_host.enumeration import Device, bus_reset, enumerate_device
from plumbline.host.nrf52840.usb_host.port import Port, Steps, UsbError
from tests.support.tiny_chip import TinyChip
from tests.support.tiny_usb_device import CONFIGURATION, DEVICE, EchoDevice


class Host:
    """A host that enumerates, opens the serial port, and then does what a test wants."""

    def __init__(self, chip: TinyChip) -> None:
        self.chip = chip
        self.found: list[Device] = []
        self.serial: CdcAcm | None = None
        self.script: Steps[None] | None = None
        self.done = False
        self.port = Port(chip, self._drive)  # type: ignore[arg-type]

    def _drive(self, port: Port) -> Steps[None]:
        self.found.append((yield from enumerate_device(port)))
        self.serial = CdcAcm(port, self.found[-1])
        while True:
            if self.script is not None:
                yield from self.script
                self.script, self.done = None, True
            yield HZ

    def do(self, script: Steps[None], seconds: float = 10) -> None:
        """Run steps to their end."""
        self.script, self.done = script, False
        self.port.look()
        self.chip.pass_time(int(seconds * HZ), until=lambda: self.done or self.port.failure is not None)
        if self.port.failure:
            raise self.port.failure
        assert self.done

    def exchange(self, data: bytes) -> bytes:
        """Send, and take as much as was sent."""
        got = b""
        left = data
        for _ in range(1000):
            assert self.serial is not None
            left = left[self.serial.give(left) :]
            got += self.serial.take() or b""
            if len(got) >= len(data):
                return got
            self.chip.pass_time(HZ // 1000)
        return got


@pytest.fixture
def chip() -> TinyChip:
    return TinyChip()


def enumerated(chip: TinyChip, seconds: float = 1) -> Host:
    host = Host(chip)
    chip.pass_time(int(seconds * HZ))
    return host


def test_a_device_is_found_and_asked_for_all_it_says(chip: TinyChip) -> None:
    device = EchoDevice(chip)
    host = enumerated(chip)
    (found,) = host.found
    assert (found.usb, found.manufacturer, found.product) == ((0x2341, 0x805A), "Plumbline", "echo")
    assert found.serial_number == "0123456789abcdef" * 4  # of three packets
    assert [each.kind[0] for each in found.interfaces] == [2, 0x0A]
    assert device.log == ["ready", "reset", "reset", "0x9 1"]


def test_the_serial_port_is_opened_and_answers(chip: TinyChip) -> None:
    device = EchoDevice(chip)
    host = enumerated(chip)
    assert host.serial is not None
    host.do(host.serial.open(9600))
    assert (device.baud, device.lines) == (9600, 3)
    assert host.exchange(b"hello") == b"hello"
    assert host.exchange(bytes(range(256)) * 3) == bytes(range(256)) * 3
    host.do(host.serial.close())
    assert device.lines == 0


def test_the_line_coding_can_be_asked_for(chip: TinyChip) -> None:
    EchoDevice(chip)
    host = enumerated(chip)
    told = []

    def ask(serial: CdcAcm) -> Steps[None]:
        yield from serial.set_line_coding(57600)
        told.append((yield from serial.line_coding()))

    assert host.serial is not None
    host.do(ask(host.serial))
    assert told == [57600]


def test_the_1200_bps_touch(chip: TinyChip) -> None:
    device = EchoDevice(chip)
    host = enumerated(chip)
    device.log.clear()
    assert host.serial is not None
    host.do(host.serial.touch())
    assert device.log == ["baud 1200", "0x22 3", "0x22 0"]


def test_a_device_that_takes_nothing_is_waited_for(chip: TinyChip) -> None:
    device = EchoDevice(chip)
    host = enumerated(chip)
    assert host.serial is not None
    host.do(host.serial.open())
    device.deaf = True
    assert host.serial.give(b"x" * 100) == 64
    chip.pass_time(HZ)
    assert host.serial.give(b"x" * 36) == 0


def test_a_request_that_is_refused(chip: TinyChip) -> None:
    EchoDevice(chip)
    host = enumerated(chip)

    def ask() -> Steps[None]:
        yield from request(host.port, 0, 6, 0x600, 0, 10)  # a device qualifier, which a full-speed device has not

    with pytest.raises(UsbError, match=r"80 06 0600 0000 is refused"):
        host.do(ask())


def test_a_device_that_does_not_answer_is_given_up(chip: TinyChip) -> None:
    EchoDevice(chip).mute = True
    host = enumerated(chip, PATIENCE_S + 1)
    assert host.found == []
    assert "the data of the request 80 06 0100 0000 takes more than 5 s" in str(host.port.failure)


@pytest.mark.parametrize(
    ("device", "configuration", "said"),
    [
        (DEVICE[:8], CONFIGURATION, "the device descriptor is 12 01"),
        (DEVICE[:7] + b"\x41" + DEVICE[8:], CONFIGURATION, "promises 65 bytes in a packet of the control endpoint"),
        (DEVICE[:17] + b"\x00", CONFIGURATION, "promises no configuration"),
        (DEVICE, CONFIGURATION[:4] + b"\x03" + CONFIGURATION[5:], r"promises 3 interfaces and has the numbers \[0, 1\]"),
        (DEVICE, CONFIGURATION[:9] + b"\x00" + CONFIGURATION[10:], "a descriptor at byte 9 of the configuration promises 0 bytes"),
        (DEVICE, CONFIGURATION[:2] + b"\x40" + CONFIGURATION[3:], "has 62 bytes and promises 64"),
        (DEVICE, CONFIGURATION[:-1], "a descriptor at byte 55 of the configuration promises 7 bytes, 6 are left"),
        (DEVICE, CONFIGURATION.replace(b"\x07\x05\x02\x02\x40", b"\x07\x05\x02\x02\x41"), "endpoint 0x02 promises 65 bytes"),
        (DEVICE, CONFIGURATION.replace(b"\x07\x05\x02\x02", b"\x07\x05\x81\x02"), "two interfaces have the same endpoint"),
        (DEVICE, CONFIGURATION.replace(b"\x05\x24\x06\x00\x01", b"\x05\x24\x06\x00\x07"), "which interface carries"),
        (DEVICE, CONFIGURATION.replace(b"\x02\x02\x00\x00\x05\x24", b"\xff\x02\x00\x00\x05\x24"), "2341:805a has no serial port"),
    ],
)
def test_descriptors_that_cannot_be(chip: TinyChip, device: bytes, configuration: bytes, said: str) -> None:
    EchoDevice(chip, device, configuration)
    host = enumerated(chip)
    assert host.port.failure is not None
    with pytest.raises(UsbError, match=said):
        raise host.port.failure


def test_a_cable_that_is_pulled_out_and_put_in_again(chip: TinyChip) -> None:
    device = EchoDevice(chip)
    host = enumerated(chip)
    host.port.plug(False)
    chip.pass_time(HZ)
    assert (host.port.present, chip.cable) == (False, False)
    device.log.clear()
    host.port.plug(True)
    chip.pass_time(HZ)
    assert (host.port.present, chip.cable, len(host.found)) == (True, True, 2)
    assert device.log == ["reset", "reset", "0x9 1"]


def test_a_device_that_goes_while_it_is_asked(chip: TinyChip) -> None:
    EchoDevice(chip)
    host = Host(chip)
    chip.pass_time(HZ // 5)
    assert host.port.present
    chip.usbd.reset()
    chip.pass_time(HZ)
    assert (host.port.present, host.found, host.port.failure) == (False, [], None)


def test_suspend_resume_and_a_bus_reset_in_between(chip: TinyChip) -> None:
    device = EchoDevice(chip)
    host = enumerated(chip)
    device.log.clear()
    chip.usbd.suspend()
    chip.pass_time(HZ)
    chip.usbd.resume()
    chip.pass_time(HZ)
    assert device.log == ["suspend", "resume"]
    assert host.exchange(b"awake") == b"awake"
    host.do(bus_reset(host.port))
    assert device.log[-1] == "reset"


def test_a_string_that_is_none() -> None:
    for raw in (b"", b"\x04", b"\x06\x03ab", b"\x04\x02ab"):
        with pytest.raises(UsbError, match="a string descriptor is"):
            descriptors.text(raw)
