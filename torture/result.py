"""One line of the table that `make torture` prints."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What an experiment found."""

    group: str
    name: str
    count: int
    """How many faults, frames, models or mutants it tried, at least 1 for it to mean anything."""
    caught: int
    """How many of them ended as they must."""
    seconds: float
    note: str = ""
    """What a person wants to know beside the numbers: the error's message, the largest ratio, the resends."""
    seconds_allowed: float | None = None
    """By when it had to end, where there is a deadline."""

    @property
    def good(self) -> bool:
        return 0 < self.count == self.caught


@dataclass(frozen=True)
class Finding:
    """What an experiment hands back to be timed."""

    count: int
    caught: int
    note: str = ""


def timed(group: str, name: str, experiment: Callable[[], Finding]) -> Result:
    """Run an experiment; anything it raises is a fault that was not caught."""
    start = time.monotonic()
    try:
        found = experiment()
    except Exception as error:  # whatever it is: the table must name it and go on
        found = Finding(1, 0, f"{type(error).__name__}: {error}")
    return Result(group, name, found.count, found.caught, time.monotonic() - start, found.note)
