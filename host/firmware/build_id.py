"""What a firmware calls itself: made of everything it was built from and with, so that equal names are equal firmware."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from plumbline import __version__
from plumbline.common.paths import FIRMWARE
from plumbline.host.firmware.settings import Settings


def build_id(generated: Path, settings: Settings) -> str:
    """The version, 12 digits of a SHA-256 over every source and setting, and the environment: `0.1.0+7ebe8fd62c86 virtual`.

    The order of the files is that of their names, so that the result does not depend on the folder's place or the machine.

    Args:
        generated: the folder of the model's sources.
        settings: what the firmware is built with.
    """
    digest = hashlib.sha256()
    sources = [(path.relative_to(FIRMWARE), path) for path in FIRMWARE.rglob("*") if _is_source(path.relative_to(FIRMWARE))]
    sources += [(Path("generated") / path.name, path) for path in generated.glob("*.[ch]")]
    contents = [(name, path.read_bytes()) for name, path in sorted((name.as_posix(), path) for name, path in sources if path.is_file())]
    for name, content in [*contents, ("settings", json.dumps(asdict(settings)).encode())]:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return f"{__version__}+{digest.hexdigest()[:12]} {settings.environment}"


def _is_source(relative: Path) -> bool:
    hidden = any(part.startswith((".", "__")) for part in relative.parts)
    return not hidden and relative.parts[0] != "test" and relative.suffix in {".c", ".cpp", ".h", ".S", ".ld", ".ini", ".json", ".py"}
