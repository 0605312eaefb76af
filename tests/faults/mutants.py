"""Mutants of the compiled model, each held to the real verification: with the identity check, and with the answers alone to tell it by."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from plumbline.common.errors import PlumblineError, StaleFirmware, WrongModel
from plumbline.host.devices.board import Board
from plumbline.host.devices.identity import check_identity
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware.build_id import build_id
from plumbline.host.firmware.builds import Builds
from plumbline.host.firmware.settings import settings_of
from plumbline.host.verdict.artefacts import Artefacts
from plumbline.host.verdict.oracle import consult
from plumbline.host.verdict.verify import verify
from tests.faults.models import manifest_of
from tests.faults.mutate import Mutation, mutations
from tests.faults.native import Native, NotCompiled, running
from tests.support.firmware_image import platformio

SAMPLE = 0
"""The number of the unchanged model among its mutants: it must pass."""


@dataclass(frozen=True)
class Fate:
    """What became of one mutant."""

    model: str
    kind: str
    what: str
    changed: int
    """How many of the 256 codes are answered otherwise than by the oracle, compared here and not by the verdict."""
    passed: bool
    """What the verification says when it may not look at who the board says it is."""
    identified: bool
    """Whether the identity check alone refuses it."""
    ended: str = ""
    """The error it ended in where there was no verdict."""

    @property
    def equivalent(self) -> bool:
        """All 256 codes were compared, and all are the oracle's."""
        return self.changed == 0

    @property
    def right(self) -> bool:
        """A mutant that answers otherwise fails, one that does not passes."""
        return self.passed == self.equivalent

    def __str__(self) -> str:
        """A line for a person."""
        if self.ended:
            became = f"ended in {self.ended}"
        else:
            became = "equivalent: all 256 codes answered as by the oracle" if self.equivalent else f"{self.changed} of 256 codes answered otherwise"
        caught = "" if self.right else "NOT CAUGHT, "
        return f"{self.model}, {self.kind}, {self.what}: {caught}{became}{', refused by the identity check' if self.identified else ''}"


def run(folders: Sequence[Path], each: int, seed: int, work: Path) -> list[Fate]:
    """So many mutants of each model, on all processors, and the model itself.

    Args:
        folders: converted models of one input code.
        each: mutants of each.
        seed: of the mutations.
        work: folder for what is compiled.
    """
    parts = os.cpu_count() or 1
    with ProcessPoolExecutor(parts, initializer=_quiet) as pool:
        jobs = [pool.submit(_some, folder, each, seed, work / f"{folder.name}_{part}", part, parts) for folder in folders for part in range(parts)]
        return [fate for job in jobs for fate in job.result()]


def _quiet() -> None:
    """Hundreds of verifications need not say that they begin."""
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123  # until the process ends


def _some(folder: Path, each: int, seed: int, work: Path, part: int, parts: int) -> list[Fate]:
    """Every `parts`-th of the mutants, counted from `part`."""
    original = (folder / "generated" / "plumbline_compiled.c").read_text()
    native, drawn, fates, number = Native(folder / "generated", work), mutations(original, seed), [], 0
    if part == 0:
        fates.append(_fate(folder, native, Mutation("none", "the model itself", original), SAMPLE))
    while number < each:
        mutation = next(drawn)
        try:
            number += 1
            if number % parts == part:
                fates.append(_fate(folder, native, mutation, number))
        except NotCompiled:
            number -= 1
    return fates


def _fate(folder: Path, native: Native, mutation: Mutation, number: int) -> Fate:
    build = build_id(folder / "generated", settings_of("virtual"))
    with running(native.build(mutation.source, f"m{number}", build if number == SAMPLE else f"mutant {number}")) as url:
        return judge(url, folder, mutation)


def judge(url: str, folder: Path, mutation: Mutation) -> Fate:
    """Verify the mutant that answers at `url` against the unchanged model in `folder`."""
    manifest = manifest_of(folder)
    fate = Fate(folder.name, mutation.kind, mutation.what, 256, passed=False, identified=False)
    try:
        with Link(url) as link:
            board = Board(link)
            identity = board.hello()
            try:
                check_identity(identity, manifest)
                Builds(folder).of(identity.build)
            except (WrongModel, StaleFirmware):
                fate = replace(fate, identified=True)
            references = consult(Artefacts.load(folder, manifest)).references
            outputs = board.infer(references.codes, identity).outputs
            fate = replace(fate, changed=int((outputs != references.expected).any(axis=1).sum()))
            return replace(fate, passed=verify(board, folder, manifest, trust_answers_only=True).passed)
    except PlumblineError as error:  # it crashed or hung: no PASS either
        return replace(fate, ended=type(error).__name__)


def on_the_virtual_board(folder: Path, count: int, seed: int, work: Path) -> list[Fate]:
    """The same for a few, built for the chip and run in QEMU."""
    generated, fates = work / folder.name / "generated", []
    shutil.copytree(folder / "generated", generated, dirs_exist_ok=True)
    source = generated / "plumbline_compiled.c"
    for mutation in islice(mutations(source.read_text(), seed), count):
        source.write_text(mutation.source)
        with VirtualBoard(platformio(generated, work / "pio")) as qemu:
            fates.append(judge(qemu.url, folder, mutation))
    return fates
