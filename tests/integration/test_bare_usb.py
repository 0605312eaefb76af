"""The USB port of the Nano without Arduino, by a host that does what hosts do: resets, suspends, unplugs, does not read, asks what is not there."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbline.common import boards
from plumbline.host.firmware import compiler, firmware
from plumbline.host.nrf52840 import image
from plumbline.host.nrf52840.chip import HZ, Chip
from plumbline.host.nrf52840.usb_host.cdc_acm import BAUD, CdcAcm
from plumbline.host.nrf52840.usb_host.control import request, send
from plumbline.host.nrf52840.usb_host.enumeration import Device, bus_reset, enumerate_device
from plumbline.host.nrf52840.usb_host.port import Port, Steps, UsbError, pause

pytestmark = [pytest.mark.slow, pytest.mark.emulator]

ENV = boards.environment("nano33ble_bare")
GPREGRET = 0x51C
STAY_IN_BOOT_LOADER = 0xB0
DEVICE_OUT, DEVICE_IN, INTERFACE_IN, ENDPOINT_OUT, ENDPOINT_IN = 0x00, 0x80, 0x81, 0x02, 0x82
GET_STATUS, CLEAR_FEATURE, SET_FEATURE, GET_DESCRIPTOR, GET_CONFIGURATION, SET_CONFIGURATION = 0, 1, 3, 6, 8, 9
BULK_IN = 0x82


class Computer:
    """A Nano at a USB port whose serial port can be opened; what it says is collected."""

    def __init__(self, path: Path) -> None:
        self.chip = Chip()
        self.chip.load(image.load(path))
        self.chip.stop_at_reset = True
        self.found: list[Device] = []
        self.reads = True
        self.said = b""
        self._script: Steps[None] | None = None
        self._done = False
        self.port = Port(self.chip, self._drive)
        self.pass_time(0.3, lambda: bool(self.found))

    def _drive(self, port: Port) -> Steps[None]:
        self.found.append((yield from enumerate_device(port)))
        self.serial = CdcAcm(port, self.found[-1])
        while True:
            if self._script is not None:
                script, self._script = self._script, None
                yield from script
                self._done = True
            if self.reads:
                self.said += self.serial.take() or b""
            yield HZ // 2000

    def pass_time(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        self.chip.run(lambda: until() or self.port.failure is not None, int(seconds * HZ))
        if self.port.failure:
            raise self.port.failure

    def do(self, script: Steps[None]) -> None:
        """Run steps to their end."""
        self._script, self._done = script, False
        self.port.look()
        self.pass_time(5, lambda: self._done)
        assert self._done

    def type(self, text: bytes) -> None:
        left = text
        for _ in range(10_000):
            left = left[self.serial.give(left) :]
            if not left:
                return
            self.pass_time(0.001)
        raise AssertionError(f"{len(left)} of {len(text)} bytes were not taken")

    def answers(self) -> bool:
        """Whether it computes and says so."""
        self.said = b""
        self.type(b"10\r")
        self.pass_time(3, lambda: b"19.0\r\n" in self.said)
        return b"19.0\r\n" in self.said


@pytest.fixture(scope="module")
def path(tools: None, linear: Path) -> Path:
    return firmware.build(linear, ENV.name)


def opened(path: Path) -> Computer:
    made = Computer(path)
    made.do(made.serial.open())
    return made


@pytest.fixture
def computer(path: Path) -> Computer:
    return opened(path)


@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="needs PyPI's package ziglang")
def test_zigs_image_does_the_same(tools: None, linear: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(linear, tmp_path / "linear", ignore=shutil.ignore_patterns("pio")))
    monkeypatch.setenv(compiler.CHOICE, "zig")
    computer = opened(firmware.build(folder, ENV.name))
    assert computer.answers()
    computer.do(computer.serial.touch())
    computer.pass_time(1, lambda: bool(computer.chip.resets))
    assert computer.chip.power.read(GPREGRET) == STAY_IN_BOOT_LOADER


def test_it_shows_itself_as_under_arduinos_core(computer: Computer) -> None:
    device = computer.found[0]
    assert device.usb == ENV.board.usb
    assert (device.manufacturer, device.product) == ("Arduino", "Nano 33 BLE")
    low, high = (computer.chip.peripheral(0x1000_0000).read(0x0A4 + 4 * word) for word in (0, 1))  # FICR.DEVICEADDR
    assert device.serial_number == f"{high:08X}{low:08X}"
    assert computer.answers()


def test_a_bus_reset_in_the_middle_of_an_answer(computer: Computer) -> None:
    computer.reads = False
    computer.type(b"info\r")
    computer.pass_time(0.05)

    def again() -> Steps[None]:
        yield from bus_reset(computer.port)
        yield from enumerate_device(computer.port)
        yield from computer.serial.open()

    computer.do(again())
    computer.reads = True
    assert computer.answers()


def test_a_cable_that_comes_out_and_goes_in(computer: Computer) -> None:
    for _ in range(2):
        computer.type(b"info\r")
        computer.port.plug(False)
        computer.pass_time(1)
        assert not computer.port.present
        computer.port.plug(True)
        before = len(computer.found)
        computer.pass_time(1, lambda before=before: len(computer.found) > before)  # type: ignore[misc]
        computer.do(computer.serial.open())
        assert computer.answers()


def test_a_suspended_bus_is_not_waited_for(computer: Computer) -> None:
    computer.reads = False
    computer.type(b"info\r")  # more packets than the controller holds
    computer.pass_time(0.02)
    computer.port.usbd.suspend()
    computer.pass_time(0.1)
    before = computer.chip.instructions
    computer.pass_time(1)
    assert computer.chip.instructions - before < 10_000, "it does not sleep"
    computer.port.usbd.resume()
    computer.reads = True
    computer.pass_time(0.1)
    assert computer.answers()


def test_a_host_that_does_not_read_costs_half_a_second_once(computer: Computer) -> None:
    computer.reads = False
    computer.type(b"info\r10\r10\r10\r")
    computer.pass_time(1)
    computer.said, computer.reads = b"", True
    computer.pass_time(1)
    assert computer.said.count(b"\n") <= 1, "it did not give the other lines up"
    assert computer.answers()


def test_more_than_it_reads_at_once_is_not_lost(computer: Computer) -> None:
    computer.type(b"10\r" * 200)
    computer.pass_time(5, lambda: computer.said.count(b"19.0\r\n") == 200)
    assert computer.said.count(b"19.0\r\n") == 200


def test_the_touch_ends_in_the_boot_loader(computer: Computer) -> None:
    computer.do(computer.serial.touch())
    computer.pass_time(0.1)
    assert not computer.chip.resets, "the host had no time to close the port"
    computer.pass_time(1, lambda: bool(computer.chip.resets))
    assert computer.chip.resets == ["SYSRESETREQ"]
    assert computer.chip.power.read(GPREGRET) == STAY_IN_BOOT_LOADER


def test_a_port_at_1200_baud_that_is_opened_again_is_no_touch(computer: Computer) -> None:
    def hesitating() -> Steps[None]:
        yield from computer.serial.touch()
        yield from pause(computer.port, HZ // 20)
        yield from computer.serial.open(BAUD)

    computer.do(hesitating())
    computer.pass_time(1)
    assert not computer.chip.resets
    assert computer.answers()


def test_the_requests_of_chapter_9(computer: Computer) -> None:
    got: dict[str, bytes] = {}

    def asking() -> Steps[None]:
        port = computer.port
        got["device"] = yield from request(port, DEVICE_IN, GET_STATUS, 0, 0, 2)
        got["configuration"] = yield from request(port, DEVICE_IN, GET_CONFIGURATION, 0, 0, 1)
        got["interface"] = yield from request(port, INTERFACE_IN, GET_STATUS, 0, 0, 2)
        yield from send(port, ENDPOINT_OUT, SET_FEATURE, 0, BULK_IN)
        got["halted"] = yield from request(port, ENDPOINT_IN, GET_STATUS, 0, BULK_IN, 2)
        yield from send(port, ENDPOINT_OUT, CLEAR_FEATURE, 0, BULK_IN)
        got["going on"] = yield from request(port, ENDPOINT_IN, GET_STATUS, 0, BULK_IN, 2)
        got["short"] = yield from request(port, DEVICE_IN, GET_DESCRIPTOR, 0x200, 0, 9)

    computer.do(asking())
    assert got.pop("short")[2] == 75, "the whole configuration's length"
    assert got == {"device": b"\0\0", "configuration": b"\1", "interface": b"\0\0", "halted": b"\1\0", "going on": b"\0\0"}
    assert computer.answers()


@pytest.mark.parametrize(
    "asked",
    [
        (DEVICE_IN, GET_DESCRIPTOR, 0x0600, 0, 10),  # the qualifier of a device that is fast as well
        (DEVICE_IN, GET_DESCRIPTOR, 0x0309, 0x409, 255),  # a text that is not there
        (DEVICE_IN, 0x33, 0, 0, 4),
        (0xC0, 1, 0, 0, 4),  # a vendor's
        (ENDPOINT_IN, GET_STATUS, 0, 0x85, 2),
    ],
)
def test_what_it_has_not_is_refused_and_it_goes_on(computer: Computer, asked: tuple[int, int, int, int, int]) -> None:
    refused: list[str] = []

    def asking() -> Steps[None]:
        try:
            yield from request(computer.port, *asked)
        except UsbError as error:
            refused.append(str(error))

    computer.do(asking())
    assert refused
    assert computer.answers()
