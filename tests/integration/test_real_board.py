"""A real board with the firmware of `linear`, where somebody names its port: all of its answers, and again after it was asked before."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.common.manifest import Manifest
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.firmware.builds import Builds
from plumbline.host.verdict.verify import verify


@pytest.mark.slow
def test_every_answer_is_exact_twice(port: str, linear: Path) -> None:
    manifest = Manifest.load(linear / "generated" / "manifest.json")
    for _ in range(2):
        with Link(port) as link:
            verdict = verify(Board(link), linear, manifest, builds=Builds(linear))
        assert verdict.failures == ()
        assert verdict.exact == len(verdict.comparisons) > 256
