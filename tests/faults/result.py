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
    skipped: str = ""
    """Why it was not run: what is missing here. Such a row counts neither as caught nor as missed."""
    wanted: float = 1.0
    """The share of them that has to end so."""

    @property
    def good(self) -> bool:
        return not self.skipped and self.count > 0 and self.caught >= self.wanted * self.count

    @property
    def missed(self) -> bool:
        """Whether it was run and something got through."""
        return not self.skipped and not self.good


@dataclass(frozen=True)
class Finding:
    """What an experiment hands back to be timed."""

    count: int
    caught: int
    note: str = ""
    wanted: float = 1.0


def not_run(group: str, name: str, why: str) -> Result:
    """The row of an experiment for which something is missing here."""
    return Result(group, name, 0, 0, 0.0, skipped=why)


def timed(group: str, name: str, experiment: Callable[[], Finding]) -> Result:
    """Run an experiment; anything it raises is a fault that was not caught."""
    start = time.monotonic()
    try:
        found = experiment()
    except Exception as error:  # whatever it is: the table must name it and go on
        found = Finding(1, 0, f"{type(error).__name__}: {error}")
    return Result(group, name, found.count, found.caught, time.monotonic() - start, found.note, wanted=found.wanted)
