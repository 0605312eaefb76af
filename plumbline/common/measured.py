"""What an inference was measured to cost, in the files that a verification or a profile of a conversion has left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.common import boards, documents
from plumbline.common.errors import PlumblineError
from plumbline.common.manifest import Manifest

COMPILED = "compiled"
"""The engine that runs the generated C."""


@dataclass(frozen=True)
class Measured:
    """One inference, as a board counted it."""

    count: int
    unit: str
    """instructions, cycles or ticks."""
    board: str
    """As its firmware calls it."""
    core: str
    """Empty where its description is not there."""
    compiler: str
    """Of that firmware."""

    @property
    def sentence(self) -> str:
        """Without its full stop, in characters that no terminal obeys."""
        core = f" ({self.core})" if self.core and self.core not in self.board else ""
        text = f"{self.count:,} {self.unit} for an inference on the {self.board}{core}, measured in Plumbline's own firmware ({self.compiler})"
        return "".join(each if each.isprintable() else "?" for each in text)


def measured(folder: Path, manifest: Manifest) -> Measured | None:
    """What an inference of exactly this conversion cost on the board that was verified last, or else profiled; None where that is not known.

    Args:
        folder: build/NAME.
        manifest: of the conversion: what was measured of any other one, or of the other engine, does not count.
    """
    verdict = opened(folder / "verdict.json")
    firmware = part(verdict, "firmware")
    same = verdict.get("passed") is True and firmware.get("manifest_sha256") == manifest.sha256
    if same and (found := conformed(part(verdict, "inference"), "count", part(verdict, "board"), firmware)):
        return found
    profile = opened(folder / "profile.json")
    for firmware in firmwares(folder):
        if firmware.get("manifest_sha256") == manifest.sha256 and firmware.get("build") == profile.get("build"):
            return conformed(profile, "whole" if profile.get("plain") is None else "plain", profile, firmware)
    return None


def opened(path: Path) -> dict[str, Any]:
    """A document; empty where it is missing or damaged: nothing is promised of it."""
    try:
        found = documents.parse(documents.contents(path))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def part(document: dict[str, Any], name: str) -> dict[str, Any]:
    """An object in a document; empty where there is none."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def firmwares(folder: Path) -> Iterator[dict[str, Any]]:
    """What is known of each firmware that was built of a conversion."""
    yield from (opened(path) for path in sorted(folder.glob("pio/*/firmware.json")))


def conformed(cost: dict[str, Any], count: str, board: dict[str, Any], firmware: dict[str, Any]) -> Measured | None:
    """What was measured, where all of it is there and is what it should be."""
    number, unit, name, compiler = cost.get(count), cost.get("unit"), board.get("board"), firmware.get("compiler")
    if board.get("engine") != COMPILED or not isinstance(number, int) or isinstance(number, bool) or number < 1:
        return None
    if not all(isinstance(each, str) and each for each in (unit, name, compiler)):
        return None
    return Measured(number, str(unit), str(name), core_of(firmware), shortly(str(compiler)))


def core_of(firmware: dict[str, Any]) -> str:
    """The core that a firmware was built for; empty where it is not known."""
    name = part(firmware, "settings").get("environment")
    try:
        return boards.environments()[name].board.core if isinstance(name, str) else ""
    except (PlumblineError, KeyError, OSError):
        return ""


def shortly(compiler: str) -> str:
    """`GCC 12.2.1` of what such a compiler says of itself, and all that another says."""
    found = re.search(r"gcc.*?(\d+\.\d+\.\d+)(?: \d+)?$", compiler)
    return f"GCC {found[1]}" if found else compiler
