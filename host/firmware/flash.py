"""Puts a firmware on a board: finds it, uploads through PlatformIO or through its boot loader, and waits for its return."""

from __future__ import annotations

import time
from pathlib import Path

from plumbline.common import boards, progress, usage
from plumbline.common.board_description import Board
from plumbline.common.errors import BuildFailed, UploadFailed
from plumbline.common.paths import image_of
from plumbline.host.devices import discovery
from plumbline.host.devices.connect import AUTO
from plumbline.host.devices.deadline import Deadline
from plumbline.host.devices.serial_open import open_port
from plumbline.host.firmware import firmware, upload

RETURN_SECONDS = 20.0
"""How long the board may take to restart and appear as a serial port again; the system may give it another name."""


def flash(recipe_dir: Path, env: str, port: str | None) -> str:
    """Build, upload, and wait for the board.

    Args:
        recipe_dir: build/NAME, converted.
        env: an environment of a board that can be connected, see plumbline.common.boards.environments.
        port: the serial port; None or `connect.AUTO` finds the one board that is connected, also one that waits in its boot loader.

    Returns:
        The serial port under which the board came back.

    Raises:
        BoardNotFound, SeveralBoards, PortBusy, PortDenied: before anything is built.
        UploadFailed: the upload, or the board's return, did not succeed.
        Everything plumbline.host.firmware.firmware.build raises.
    """
    kind = boards.environment(env).board
    device = discovery.find_for_upload(kind).device if port in (None, AUTO) else port
    open_port(device).close()  # says now, not after minutes of building, that the port is busy, forbidden or not there
    firmware.build(recipe_dir, env)
    if kind.bare:
        upload.upload(image_of(recipe_dir, env), kind, device)
    else:
        _by_platformio(recipe_dir, env, device)
    with progress.task("Waiting for the board to restart"):
        return _returned(device, kind)


def _by_platformio(recipe_dir: Path, env: str, device: str) -> None:
    kind = boards.environment(env).board
    try:
        firmware.build(recipe_dir, env, target="upload", extra=("--upload-port", device))
    except BuildFailed as error:
        hint = (
            f"{kind.enter_boot_loader} Then run {usage.command('flash', recipe_dir.name)} again; {usage.command('doctor')} checks the port.".strip()
        )
        raise UploadFailed(f"The upload to {device} failed. {error.message}", hint) from error


def _returned(before: str, kind: Board) -> str:
    deadline = Deadline(RETURN_SECONDS)
    while not deadline.expired:
        devices = [board.device for board in discovery.connected(kind)]
        if before in devices:
            return before
        if len(devices) == 1:
            return devices[0]
        time.sleep(0.2)
    raise UploadFailed(
        "The upload succeeded, but the board did not come back as a serial port.",
        f"Press its reset button once, then look with {usage.command('doctor')}.",
    )
