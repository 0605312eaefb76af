"""Zephyr's own image for an nRF52840, a USB Bluetooth controller from PyPI, on the emulated chip: it enumerates and answers."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbline.common.errors import BoardUnready
from plumbline.host.nrf52840 import image
from plumbline.host.nrf52840.chip import HZ, Chip
from plumbline.host.nrf52840.serve import Server
from plumbline.host.nrf52840.usb_host.control import send
from plumbline.host.nrf52840.usb_host.enumeration import Device, bus_reset, enumerate_device
from plumbline.host.nrf52840.usb_host.port import Port, Steps, until

PACKAGE = "zephyr_4_4_0_hci_usb_nrf52840dk_default"
HCI_RESET, READ_BD_ADDR = bytes.fromhex("03 0c 00"), bytes.fromhex("09 10 00")
EVENTS = 1
"""The endpoint of HCI events."""


@pytest.fixture(scope="module")
def zephyr() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        pytest.skip(f"{PACKAGE.replace('_', '-')} is not installed")
    return Path(found.submodule_search_locations[0]) / "firmware.hex"


class Computer:
    """Enumerates the controller, each time that it appears, and then does what a test wants."""

    def __init__(self, firmware: Path) -> None:
        self.chip = Chip()
        self.chip.load(image.load(firmware))
        self.devices: list[Device] = []
        self.replies: list[bytes] = []
        self.port = Port(self.chip, self._drive)

    def _drive(self, port: Port) -> Steps[None]:
        self.devices.append((yield from enumerate_device(port)))
        for command in (HCI_RESET, READ_BD_ADDR):
            yield from send(port, 0x20, 0, data=command)
            self.replies.append((yield from until(port, lambda: port.usbd.take_in(EVENTS), 1.0, "an event")))

    def run(self, done: Callable[[], bool], seconds: int = 2) -> None:
        assert self.chip.run(lambda: done() or self.port.failure is not None, seconds * HZ) is None
        assert self.port.failure is None
        assert done()


def test_it_enumerates_and_answers_hci_reset_and_read_bd_addr(zephyr: Path) -> None:
    computer = Computer(zephyr)
    computer.run(lambda: len(computer.replies) == 2)
    (device,) = computer.devices
    assert (device.usb, device.manufacturer, device.product) == ((0x2FE3, 0x000B), "Zephyr Project", "Zephyr USBD BT HCI")
    assert len(device.serial_number) == 16
    # Core Specification 5.4, vol. 4, E, 7.7.14: command complete, its length, packets allowed, the command, status 0, the address
    assert computer.replies[0] == bytes.fromhex("0e 04 01 03 0c 00")
    assert computer.replies[1][:6] == bytes.fromhex("0e 0a 01 09 10 00")
    assert len(computer.replies[1]) == 12


def test_a_cable_that_comes_later_goes_and_comes_again(zephyr: Path) -> None:
    computer = Computer(zephyr)
    computer.port.plug(False)
    computer.chip.run(lambda: False, HZ // 20)
    assert not computer.port.present
    computer.port.plug(True)
    computer.run(lambda: len(computer.replies) == 2)
    computer.port.plug(False)
    computer.run(lambda: not computer.port.present)
    computer.port.plug(True)
    computer.run(lambda: len(computer.replies) == 4)
    assert computer.devices[0] == computer.devices[1]


def test_two_runs_are_the_same_to_the_instruction(zephyr: Path) -> None:
    counts = []
    for _ in range(2):
        computer = Computer(zephyr)
        computer.run(lambda computer=computer: len(computer.replies) == 2)  # type: ignore[misc]
        counts.append((computer.chip.instructions, computer.chip.now))
    assert counts[0] == counts[1]


def test_it_takes_a_bus_reset_and_is_asked_again(zephyr: Path) -> None:
    computer = Computer(zephyr)
    again: list[Device] = []

    def drive(port: Port) -> Steps[None]:
        again.append((yield from enumerate_device(port)))
        yield from bus_reset(port)
        again.append((yield from enumerate_device(port)))

    computer.port._drive = drive
    computer.run(lambda: len(again) == 2)
    assert again[0] == again[1]


def test_it_is_no_board_because_it_has_no_serial_port(zephyr: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(BoardUnready, match="2fe3:000b has no serial port"):
        Server(zephyr, listener, reboots=False).run()
