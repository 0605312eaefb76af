"""How far pip is: packages and megabytes, read from its log and from the folder that it downloads to."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path


class PipProgress:
    """Of one run of pip in an environment of its own.

    Args:
        log: what pip prints.
        downloads: the folder for temporary files that it was given.
        environment: whose site-packages it fills.
        locks: the files that name the packages.
    """

    def __init__(self, log: Path, downloads: Path, environment: Path, locks: list[Path]) -> None:
        self._log, self._downloads, self._environment = log, downloads, environment
        self._named = sum(len(re.findall(r"^[A-Za-z0-9]", lock.read_text(), re.MULTILINE)) for lock in locks)
        self._most = 0.0
        self._held: int | None = None
        """Packages that were there before pip began, itself among them."""

    def __call__(self) -> str:
        """`57 of 104 packages fetched, 480 MB`; the megabytes are those that were fetched so far, which pip removes when it has installed them."""
        log = self._log.read_text(errors="replace") if self._log.is_file() else ""
        if not log:
            return "the environment is made"
        if self._held is None:
            self._held = self._packages()
        total = self._named - log.count("\nIgnoring ") - log.startswith("Ignoring ")
        self._most = max(self._most, megabytes(self._downloads))
        if "Installing collected packages" in log:
            done = f"{self._packages() - self._held} of {total} packages installed"
        else:
            done = f"{len(re.findall(r'^Collecting ', log, re.MULTILINE))} of {total} packages fetched"
        return f"{done}, {self._most:,.0f} MB fetched"

    def _packages(self) -> int:
        return len(list(self._environment.glob("lib/python3*/site-packages/*.dist-info")))


def megabytes(folder: Path) -> float:
    """What the files below a folder hold; those that vanish meanwhile do not count."""
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            size += path.lstat().st_size
    return size / 1e6
