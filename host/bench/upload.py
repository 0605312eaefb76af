"""Puts an image on the board of a place with a command of the laboratory's own: only the exporter's computer has its USB."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from plumbline.common.child import dies_with_parent
from plumbline.common.errors import PlumblineError, UploadFailed
from plumbline.common.text import printable
from plumbline.host.bench.coordinator import Coordinator
from plumbline.host.devices.board import Board
from plumbline.host.devices.deadline import Deadline
from plumbline.host.devices.link import Link

UPLOAD_S = 300.0
"""For the command."""
RETURN_S = 30.0
"""For the board to start, its exporter to see it and offer it anew."""
_LINES = 12


def upload(coordinator: Coordinator, place: str, command: str, image: Path) -> None:
    """Run the command, and wait until the board answers at its place again.

    Args:
        coordinator: of the place.
        place: its name; it is held.
        command: for the shell. It finds PLUMBLINE_PLACE, PLUMBLINE_EXPORTER (its name), PLUMBLINE_DEVICE (the port's file there, where the exporter
            tells it) and PLUMBLINE_IMAGE (an ELF file, with .bin or .hex beside it where the platform writes them) in its environment.
        image: that file.

    Raises:
        UploadFailed: the command failed, or the board did not come back.
        BoardNotFound: the place has no serial port.
    """
    port = coordinator.places[place].serial_port()
    facts = {"PLACE": place, "EXPORTER": port.exporter, "DEVICE": port.device, "IMAGE": str(image.absolute())}
    variables = {**os.environ, **{f"PLUMBLINE_{name}": value for name, value in facts.items()}}
    try:
        done = subprocess.run(
            ["sh", "-c", command],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=UPLOAD_S,
            preexec_fn=dies_with_parent(),
        )
    except subprocess.TimeoutExpired:
        raise UploadFailed(f"The upload to place {place} has not ended in {UPLOAD_S:g} s: {command}", "Try the command by hand.") from None
    if done.returncode:
        said = "\n".join(f"  {printable(line)}" for line in done.stdout.decode(errors="replace").splitlines()[-_LINES:]) or "  (it said nothing)"
        raise UploadFailed(f"The upload to place {place} ended with exit code {done.returncode}: {command}\n{said}", "Try the command by hand.")
    _await(coordinator, place)


def _await(coordinator: Coordinator, place: str) -> None:
    deadline, last = Deadline(RETURN_S), ""
    while not deadline.expired:
        try:
            with Link(coordinator.url(place)) as link:
                Board(link).hello()
            return
        except PlumblineError as error:
            last = error.message
            time.sleep(0.2)
    raise UploadFailed(
        f"The upload to place {place} succeeded, but the board does not answer after {RETURN_S:g} s: {last}", "Press its reset button once."
    )
