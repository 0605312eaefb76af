"""Which of the connected ports is the board: none, one, two, or one that waits in its boot loader."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from plumbline.common import boards
from plumbline.common.errors import BoardNotFound, SeveralBoards
from plumbline.host.devices import discovery
from plumbline.host.devices.connect import connect as board_at
from plumbline.host.devices.connect import passed_over

KIND = boards.board("nano33ble")
NANO, LOADER, OTHER = (0x2341, 0x805A), (0x2341, 0x005A), (0x0403, 0x6001)


def connect(monkeypatch: pytest.MonkeyPatch, *devices: tuple[str, tuple[int, int] | None]) -> None:
    """Have the operating system report these ports."""
    infos = []
    for name, usb in devices:
        info = ListPortInfo(name)
        if usb:
            info.vid, info.pid = usb
            info.serial_number = f"SN{name[-1]}"
        infos.append(info)
    monkeypatch.setattr(list_ports, "comports", lambda: infos)


def test_one_board_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, ("/dev/ttyS0", None), ("/dev/ttyUSB0", OTHER), ("/dev/ttyACM3", NANO))
    assert discovery.find_board(KIND).device == "/dev/ttyACM3"
    assert [port.role for port in discovery.list_all()] == ["Arduino Nano 33 BLE or Arduino Nano 33 BLE Sense Rev2", "", ""]


def test_no_board(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, ("/dev/ttyUSB0", OTHER))
    with pytest.raises(BoardNotFound, match="/dev/ttyUSB0") as caught:
        discovery.find_board(KIND)
    assert "--port " in caught.value.hint


def test_two_boards_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, ("/dev/ttyACM1", NANO), ("/dev/ttyACM0", NANO))
    with pytest.raises(SeveralBoards, match=r"2 boards.*ttyACM0 \(serial number SN0\), /dev/ttyACM1") as caught:
        discovery.find_board(KIND)
    assert "--port /dev/ttyACM0" in caught.value.hint


def test_a_board_in_its_boot_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, ("/dev/ttyACM0", LOADER))
    with pytest.raises(BoardNotFound, match="boot loader"):
        discovery.find_board(KIND)


def test_two_kinds_of_board_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(KIND, name="other", title="Other board", usb=OTHER, usb_boot_loader=LOADER)
    both = {each.name: replace(boards.environment_for(KIND), name=each.name, board=each) for each in (KIND, other)}
    monkeypatch.setattr(boards, "environments", lambda: both)
    connect(monkeypatch, ("/dev/ttyACM0", NANO), ("/dev/ttyUSB0", OTHER), ("/dev/ttyACM1", LOADER))
    assert [discovery.find_board(kind).device for kind in (KIND, other)] == ["/dev/ttyACM0", "/dev/ttyUSB0"]
    assert [port.device for port in discovery.connected()] == ["/dev/ttyACM0", "/dev/ttyUSB0"]
    assert discovery.list_all()[1].role == "Arduino Nano 33 BLE in its boot loader or Other board in its boot loader"
    connect(monkeypatch, ("/dev/ttyUSB0", OTHER))
    with pytest.raises(BoardNotFound, match=r"No Arduino Nano 33 BLE is connected .*/dev/ttyUSB0 \(Other board\)"):
        discovery.find_board(KIND)


def test_a_board_that_usb_does_not_tell_has_its_port_named() -> None:
    with pytest.raises(BoardNotFound) as caught:
        discovery.find_board(replace(KIND, usb=None))
    assert "--port " in caught.value.hint


def test_a_board_that_is_left_alone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    nano, virtual = boards.environment("nano33ble_bare"), boards.environment("virtual")
    connect(monkeypatch, ("/dev/ttyACM3", NANO))
    said = passed_over(None, nano)
    assert said == "Arduino Nano 33 BLE: an emulated one runs; `--port auto` takes the one that is connected, /dev/ttyACM3."
    assert [passed_over(*each) for each in (("auto", nano), ("/dev/ttyACM3", nano), (None, virtual))] == ["", "", ""]
    connect(monkeypatch, ("/dev/ttyUSB0", OTHER))
    assert passed_over(None, nano) == ""


def test_auto_looks_for_the_board_by_its_usb_identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nano = boards.environment("nano33ble_bare")
    connect(monkeypatch, ("/dev/ttyUSB0", OTHER))
    with pytest.raises(BoardNotFound, match="No Arduino Nano 33 BLE is connected"), board_at("auto", nano, tmp_path):
        pass
    connect(monkeypatch, ("/dev/plumbline-none", NANO))
    with pytest.raises(BoardNotFound, match="There is no port /dev/plumbline-none"), board_at("auto", nano, tmp_path):
        pass


def test_this_machine_can_be_asked() -> None:
    assert [port.device for port in discovery.list_all()] == sorted(info.device for info in list_ports.comports())


def test_an_upload_without_a_board_names_its_own_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "list_all", list)
    with pytest.raises(BoardNotFound) as caught:
        discovery.find_for_upload(KIND)
    assert "`plumbline flash --port " in caught.value.hint
