"""Lets one named fault happen between the real host and the real firmware in QEMU, and holds how it ends to what it has to."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from plumbline.common import boards
from plumbline.common.errors import PlumblineError
from plumbline.common.paths import image_of
from plumbline.common.wire import Request
from plumbline.host.devices.board import Board
from plumbline.host.devices.frame import Frame
from plumbline.host.devices.link import PATIENCE_S, Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware
from plumbline.host.firmware.builds import Builds
from plumbline.host.verdict.verify import verify
from tests.faults import faulty_firmware
from tests.faults.faults import FAILS, PASSES, Fault
from tests.faults.models import manifest_of
from tests.faults.proxy import proxied
from tests.support.firmware_image import patched

GRACE_S = 0.5
"""By how much a deadline may be missed."""
FIRST_WAIT_S = 0.1


class TimedLink(Link):
    """Remembers when its latest request has to be done with."""

    due = float("inf")

    def exchange(self, kind: Request, payload: bytes = b"", patience: float = PATIENCE_S) -> Frame:
        """See `Link.exchange`."""
        self.due = time.monotonic() + patience
        return super().exchange(kind, payload, patience)


@dataclass
class Images:
    """The firmware that is needed, each built once.

    Args:
        folder: build/NAME of a recipe of one neuron, its firmware built for the virtual board.
        other: a converted folder of another model.
        work: folder for what is built.
        env: the environment whose board it is for, "virtual" or faulty_firmware.NANO.
    """

    folder: Path
    other: Path
    work: Path
    env: str = "virtual"
    _built: dict[str, Path] = field(default_factory=dict)

    def prepare(self, names: set[str]) -> None:
        """Build these, one after the other."""
        self.work.mkdir(parents=True, exist_ok=True)
        nano = self.env == faulty_firmware.NANO
        if nano:  # the virtual board's is there already
            firmware.build(self.folder, self.env)
        hang = faulty_firmware.NANO_UNGUARDED_HANG_AT_ONCE if nano else faulty_firmware.UNGUARDED_HANG_AT_ONCE
        # a Nano that is bitten before it is there as a serial port has no port on which it could say so
        bitten = ("serial_link_take", faulty_firmware.NANO_HANG_FOR_A_SECOND) if nano else ("engine_begin", faulty_firmware.HANG_FOR_A_SECOND)
        makers = {
            "well": lambda: image_of(self.folder, self.env),
            "sick": lambda: faulty_firmware.build(self.folder, self.work, self.env),
            "newer": lambda: faulty_firmware.another_protocol(self.folder, self.work, self.env),
            "other": lambda: faulty_firmware.another_model(self.other, self.work, self.env),
            "boot loop": lambda: self._patched("serial_link_take", faulty_firmware.RESET_AT_ONCE, "boot_loop"),
            "deaf": lambda: self._patched("serial_link_take", hang, "deaf"),
            "watchdog loop": lambda: self._patched(*bitten, "watchdog_loop"),
        }
        for name in sorted(names):
            self._built[name] = makers[name]()

    def of(self, fault: Fault, number: int) -> Path:
        """The image for a fault, the `number` of which keeps its copy apart."""
        image = self._built[fault.image]
        if fault.image != "sick":
            return image
        return faulty_firmware.infected(image, fault.sickness, fault.calls, self.work / f"sick_{number}.elf")

    def _patched(self, symbol: str, code: tuple[int, ...], name: str) -> Path:
        return patched(image_of(self.folder, self.env), symbol, code, self.work / f"{name}.elf")


@dataclass(frozen=True)
class Ending:
    """How a verification ended."""

    exit_code: int
    message: str
    hint: str
    late_s: float
    """Seconds after the deadline of its last request; negative when it was in time."""

    def wrong(self, fault: Fault) -> str:
        """What it should not have been; empty when it is as the fault says."""
        if self.exit_code != fault.exit_code:
            return f"ended with {self.exit_code} instead of {fault.exit_code}"
        if not re.search(fault.words, self.message):
            return f"does not say {fault.words!r}"
        if self.exit_code not in (PASSES, FAILS) and not self.hint:
            return "gives no hint"
        return f"{self.late_s:.2f} s too late" if self.late_s > GRACE_S else ""


def strike(fault: Fault, image: Path, folder: Path, seed: int, env: str = "virtual") -> tuple[Ending, Ending | None]:
    """Let it happen; the second ending is that of the same command once more, where the fault asks for that.

    Args:
        fault: of `tests.faults.faults`.
        image: the firmware.
        folder: the converted folder that the host believes in.
        seed: of the line.
        env: of the image.
    """
    on = boards.environment(env).board
    first = second = None
    try:
        with VirtualBoard(image, fault.reboots, on) as board, proxied(board.url, fault.up, fault.down, seed) as url:
            first = _verified(url, folder, fault)
            second = _verified(url, folder, fault) if fault.again else None
    except PlumblineError as error:  # the virtual board's own
        return Ending(error.exit_code, error.message, error.hint, 0.0), second
    assert first is not None
    return first, second


def _verified(url: str, folder: Path, fault: Fault) -> Ending:
    manifest = manifest_of(folder)
    link = TimedLink(url, first_wait=FIRST_WAIT_S)
    try:
        with link:
            verdict = verify(Board(link), folder, manifest, builds=Builds(folder) if fault.stale else None)
    except PlumblineError as error:
        return Ending(error.exit_code, error.message, error.hint, time.monotonic() - link.due)
    message = "" if verdict.passed else verdict.failures[0]
    return Ending(PASSES if verdict.passed else FAILS, message, "", 0.0)
