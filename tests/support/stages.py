"""Runs stages as a user would, and the whole way of a recipe, for tests that need what they leave."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT, image_of
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware
from plumbline.host.firmware.builds import Builds
from plumbline.host.reports import report_writer
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import verify


def run_stage(*words: str) -> None:
    """Run a stage as a user would, in a process of its own: TensorFlow stays out of this one."""
    ended = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def converted(build: Path, name: str) -> Path:
    """build/NAME of a recipe: trained and converted."""
    run_stage("plumbline", "train", name, "--only", "--build", str(build))
    run_stage("plumbline", "convert", name, "--only", "--build", str(build))
    return build / name


def built(build: Path, name: str) -> Path:
    """build/NAME of a recipe: trained, converted and built for the virtual board."""
    firmware.build(converted(build, name), "virtual")
    return build / name


def verified(folder: Path) -> Verdict:
    """What the virtual board's verification of a built recipe finds; its reports are written as well."""
    image = image_of(folder, "virtual")
    with VirtualBoard(image) as board, Link(board.url) as link:
        found = verify(Board(link), folder, Manifest.load(folder / "generated" / "manifest.json"), builds=Builds(folder, "virtual"))
    report_writer.write(found, folder)
    return found


Once = Callable[[str, Callable[[Path], object]], Path]
