"""Runs `make` in a checkout of its own, as a user types it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tools.settings import OURS

PARTS = ("Makefile", "requirements.lock", "common", "convert", "firmware", "host", "tools", "training")


def make(checkout: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {*OURS, "MAKEFLAGS", "MAKELEVEL"}}
    ended = subprocess.run(["make", *words], cwd=checkout, capture_output=True, text=True, env={**clean, **variables}, timeout=600)
    assert "Traceback" not in ended.stderr
    return ended
