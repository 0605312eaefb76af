"""What candidates for a board's inputs reach in a model, by which they are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.references.input_pool import Codes

Ids = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """What N candidates reach."""

    inside: Ids
    """(N, F): the numbers of F things reached between the layers."""
    outputs: Ids
    """(N, O): the numbers of the output's codes, and of those that were looked up in a table."""
    answers: Codes
    """(N, output bytes)."""
    shows: Reals
    """(N,): how many of the small changes inside, and one more, the answer shows, as a share."""

    @classmethod
    def joined(cls, parts: Sequence[Seen]) -> Seen:
        """Several, one behind the other."""
        inside, outputs = (np.concatenate([getattr(part, name) for part in parts]) for name in ("inside", "outputs"))
        return cls(inside, outputs, np.concatenate([part.answers for part in parts]), np.concatenate([part.shows for part in parts]))

    def rows(self, picked: Sequence[int]) -> Seen:
        """What some of them reach, in the order they were picked."""
        return Seen(self.inside[picked], self.outputs[picked], self.answers[picked], self.shows[picked])


class Watcher(Protocol):
    """What tells candidates apart."""

    @property
    def budget(self) -> float:
        """What the candidates may cost in all, see `choose_inputs.BUDGET`."""

    def observe(self, codes: Codes) -> Seen:
        """What candidates (N, input bytes) reach."""
