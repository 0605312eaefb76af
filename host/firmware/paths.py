"""What a build of an environment leaves behind."""

from __future__ import annotations

from pathlib import Path


def image_of(recipe_dir: Path, env: str) -> Path:
    """The ELF file that a build of `env` leaves behind."""
    return recipe_dir / "pio" / env / "firmware.elf"
