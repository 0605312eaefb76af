"""Where the package lies, in a checkout and installed, and where what it downloads and compiles is kept. The standard library suffices for it."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
ROOT = PACKAGE.parent
"""Where Python finds the package: the checkout, or an installation's site-packages."""
CHECKOUT = (ROOT / "tools" / "bootstrap.py").is_file()
FIRMWARE = (ROOT if CHECKOUT else PACKAGE) / "firmware"
"""PlatformIO's project. An installation's may be read-only: nothing is written there."""


def recipe_names() -> list[str]:
    """Every recipe that comes with Plumbline, sorted; none of them is loaded."""
    return sorted(path.stem for path in (PACKAGE / "training" / "recipes").glob("[a-z]*.py"))


def cache() -> Path:
    """What is kept for all projects: in a checkout its environment's folder, else a folder among the user's caches; XDG_CACHE_HOME may name those.

    It need not exist.
    """
    if CHECKOUT:
        return ROOT / ".venv"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "plumbline"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plumbline"


def platformio_core() -> Path:
    """PlatformIO's packages, apart from those of a PlatformIO that the user has; PLATFORMIO_CORE_DIR may name another folder."""
    named = os.environ.get("PLATFORMIO_CORE_DIR")
    return Path(named).expanduser().absolute() if named else cache() / "platformio"


def platformio_platforms() -> Path:
    """PlatformIO's platforms. Each place of the package has its own: PlatformIO keeps one platform of a name, whichever project it is a link to."""
    return platformio_core() / "platforms" / hashlib.sha256(str(FIRMWARE).encode()).hexdigest()[:12]


def install_anew(extra: str) -> str:
    """What to do where a package of Python is missing or damaged.

    Args:
        extra: of pyproject.toml, which brings the package.
    """
    if CHECKOUT:
        return "Remove the folder .venv and run make again."
    return f"Install it: {sys.executable} -m pip install --upgrade 'plumbline[{extra}]'"


def image_of(folder: Path, env: str) -> Path:
    """The ELF file that a build of the environment `env` leaves in build/NAME."""
    return folder / "pio" / env / "firmware.elf"
