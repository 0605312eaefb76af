"""Flashing finds the board, refuses a port it cannot have before it builds for minutes, and waits for the board's return.

The upload itself needs a board; PlatformIO's part is replaced here, everything around it is real.
"""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from plumbline.common import boards
from plumbline.common.errors import BoardNotFound, BuildFailed, PortBusy, SeveralBoards, UploadFailed
from plumbline.host.devices import discovery
from plumbline.host.firmware import firmware, flash

RECIPE = Path("build/linear")
NANO = boards.board("nano33ble")


@pytest.fixture
def device() -> Iterator[str]:
    """A serial port that is really there: one end of a pseudo-terminal."""
    master, slave = pty.openpty()
    yield os.ttyname(slave)
    os.close(slave)
    os.close(master)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The targets that PlatformIO was asked for, in order; it does nothing."""
    targets: list[str | None] = []

    def build(recipe_dir: Path, env: str, target: str | None = None, extra: tuple[str, ...] = ()) -> Path:
        targets.append(target)
        return recipe_dir

    monkeypatch.setattr(firmware, "build", build)
    return targets


def connect(monkeypatch: pytest.MonkeyPatch, *ports: tuple[str, tuple[int, int] | None]) -> None:
    monkeypatch.setattr(discovery, "list_all", lambda: [discovery.Port(device, usb, "", "") for device, usb in ports])


def test_without_a_board_nothing_is_built(monkeypatch: pytest.MonkeyPatch, built: list[str | None]) -> None:
    connect(monkeypatch)
    with pytest.raises(BoardNotFound):
        flash.flash(RECIPE, "nano33ble", None)
    assert built == []


def test_with_two_boards_one_has_to_be_chosen(monkeypatch: pytest.MonkeyPatch, built: list[str | None]) -> None:
    connect(monkeypatch, ("/dev/ttyACM0", NANO.usb), ("/dev/ttyACM1", NANO.usb))
    with pytest.raises(SeveralBoards):
        flash.flash(RECIPE, "nano33ble", None)
    assert built == []


def test_a_busy_port_is_refused_before_the_build(device: str, built: list[str | None]) -> None:
    with serial.Serial(device, exclusive=True), pytest.raises(PortBusy):
        flash.flash(RECIPE, "nano33ble", device)
    assert built == []


@pytest.mark.parametrize("usb", [NANO.usb, NANO.usb_boot_loader])
def test_the_connected_board_is_found_also_in_its_boot_loader(usb: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    connect(monkeypatch, ("/dev/ttyS0", (0, 0)), (device, usb))
    assert discovery.find_for_upload(NANO).device == device


def test_it_builds_uploads_and_names_the_port_the_board_came_back_on(monkeypatch: pytest.MonkeyPatch, device: str, built: list[str | None]) -> None:
    connect(monkeypatch, ("/dev/ttyACM7", NANO.usb))
    assert flash.flash(RECIPE, "nano33ble", device) == "/dev/ttyACM7"
    assert built == [None, "upload"]


def test_a_board_that_stays_away_is_an_error(monkeypatch: pytest.MonkeyPatch, device: str, built: list[str | None]) -> None:
    connect(monkeypatch)
    monkeypatch.setattr(flash, "RETURN_SECONDS", 0.3)
    with pytest.raises(UploadFailed, match="did not come back"):
        flash.flash(RECIPE, "nano33ble", device)


def test_a_failed_upload_is_no_failed_build(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    def build(recipe_dir: Path, env: str, target: str | None = None, extra: tuple[str, ...] = ()) -> Path:
        if target == "upload":
            raise BuildFailed("No device found on ttyACM0")
        return recipe_dir

    monkeypatch.setattr(firmware, "build", build)
    with pytest.raises(UploadFailed, match="No device found") as failed:
        flash.flash(RECIPE, "nano33ble", device)
    assert "reset button twice" in failed.value.hint
