"""What a format is: each is a folder in `formats/`, whose module holds one `Format`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plumbline.convert.export.exported import Package

Files = Mapping[str, str | bytes]
"""What is written, by its path in the output folder, with slashes."""


@dataclass(frozen=True)
class Format:
    """One format of an export."""

    name: str
    """As it is typed."""
    about: str
    """For whom it is, in one line."""
    files: Callable[[Package], Files]
    next_step: str = "Read {folder}/README.md: it says how to build it."
    """What to do with the `folder` that was written."""
