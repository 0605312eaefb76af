"""Rows in order that make sequences: each row that starts one is answered after a reset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Starts = NDArray[np.bool_]
"""(N,): True at rows before which the state is reset; the first row always starts a sequence."""


@dataclass(frozen=True)
class Steps:
    """Sequences side by side, the longest first: those that are long enough take each step together."""

    first: NDArray[np.int64]
    """(S,): each sequence's first row."""
    lengths: NDArray[np.int64]
    """(S,), from the largest on."""

    @classmethod
    def of(cls, rows: int, starts: Starts | None) -> Steps:
        """The sequences of so many rows; one where `starts` is None."""
        first = np.flatnonzero(begun(rows, starts))
        lengths = np.diff(np.append(first, rows))
        order = np.argsort(-lengths, kind="stable")
        return cls(first[order], lengths[order])

    def __iter__(self) -> Iterator[NDArray[np.int64]]:
        """The rows of each step, in the order of the sequences."""
        for step in range(int(self.lengths[0]) if len(self.lengths) else 0):
            yield self.first[self.lengths > step] + step


def begun(rows: int, starts: Starts | None) -> Starts:
    """`starts` of so many rows, with the first one."""
    result = np.zeros(rows, bool) if starts is None else np.array(starts, bool)
    result[:1] = True
    return result
