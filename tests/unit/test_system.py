"""What a person is told is right for the system they have: ports, permissions, packages, and that Windows itself is none that Plumbline runs on."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest
import serial

from plumbline import __main__
from plumbline.common import boards, system, usage
from plumbline.common.errors import PlumblineError, PortBusy, PortDenied, SetupFailed, UsageError
from plumbline.host.devices import discovery, serial_open

LINUX = ("ttyACM", "usermod", "dialout", "apt-get", "ModemManager")


def on(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)


def refused(monkeypatch: pytest.MonkeyPatch, device: str, number: int) -> PlumblineError:
    def fail(*_: object, **__: object) -> None:
        raise serial.SerialException(number, "no")

    monkeypatch.setattr(serial, "serial_for_url", fail)
    with pytest.raises(PlumblineError) as caught:
        serial_open.open_port(device)
    return caught.value


def test_on_linux_a_port_has_a_group(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on(monkeypatch, "linux")
    error = refused(monkeypatch, "/dev/ttyACM7", errno.EACCES)
    assert isinstance(error, PortDenied)
    assert error.hint.startswith("Run `sudo usermod -aG dialout $USER`, then log out and in again.")
    device = tmp_path / "ttyACM0"
    device.touch()
    assert f"-aG {device.group()} " in system.permission(str(device))
    assert "ModemManager" in refused(monkeypatch, "/dev/ttyACM7", errno.EBUSY).hint


def test_on_macos_nothing_is_said_that_only_linux_has(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "darwin")
    denied = refused(monkeypatch, "/dev/cu.usbmodem1101", errno.EACCES)
    busy = refused(monkeypatch, "/dev/cu.usbmodem1101", errno.EBUSY)
    assert (type(denied), type(busy)) == (PortDenied, PortBusy)
    monkeypatch.setattr(discovery, "list_all", list)
    with pytest.raises(PlumblineError) as none:
        discovery.find_board(boards.board("nano33ble"))
    with pytest.raises(UsageError) as wrong:
        serial_open.open_port("spy://x")
    hints = [each.hint for each in (denied, busy, none.value, wrong.value)] + [system.install("qemu-system-arm", "qemu")]
    assert [(hint, word) for hint in hints for word in LINUX if word in hint] == []
    assert "/dev/cu.usbmodem" in none.value.hint
    assert hints[-1] == "brew install qemu"


def test_on_macos_the_other_name_of_a_port_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "darwin")
    with pytest.raises(UsageError, match="once a modem has answered") as caught:
        serial_open.open_port("/dev/tty.usbmodem1101")
    assert "/dev/cu.usbmodem1101" in caught.value.hint
    on(monkeypatch, "linux")
    assert system.waits_for_a_modem("/dev/tty.usbmodem1101") == ""


def test_windows_is_told_to_use_wsl(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "win32")
    with pytest.raises(SetupFailed) as caught:
        __main__._command()
    assert "wsl --install" in caught.value.hint


@pytest.mark.parametrize("typed", ["make verify", "plumbline verify linear"])
def test_the_hint_names_the_next_command_as_it_was_typed(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(usage.TYPED, typed)
    error = refused(monkeypatch, "/dev/ttyACM7", errno.EACCES)
    assert f"`{typed.split()[0]} doctor`" in error.hint
