"""Runs `make` in a checkout of its own, as a user types it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tools.run import GIVEN, OF_MAKE

LOCKS = ("requirements.lock", "requirements-zig.lock", "requirements-labgrid.lock")
PARTS = ("Makefile", *LOCKS, "convert", "firmware", "host", "learn", "plumbline", "tools", "training")
CORE = "platformio"
"""PlatformIO's folder in such a checkout: it keeps one platform of a name, and two checkouts that build at once would take it from each other."""


def outside_make() -> dict[str, str]:
    """The variables of this process as if no `make test` had started it: under another make, one says which folders it enters and leaves."""
    return {name: value for name, value in os.environ.items() if name not in {*GIVEN, *OF_MAKE}}


def make(checkout: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    own = {**outside_make(), "PLATFORMIO_CORE_DIR": str(checkout / CORE), **variables}
    ended = subprocess.run(["make", *words], cwd=checkout, capture_output=True, text=True, env=own, timeout=600)
    assert "Traceback" not in ended.stderr
    return ended
