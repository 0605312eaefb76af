"""What a board is asked to find out how small an input may be that it still answers wrong, with a limit on how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from plumbline.common.manifest import TensorSpec
from plumbline.common.rows import Rows, dtype_of, put_together, taken_apart
from plumbline.convert.interface import IntegerModel
from plumbline.host.devices.board import Board, Identity

QUESTIONS = 1000
"""Inferences that a search may take."""
TOGETHER = 16
"""Candidates that are asked in one go."""


class Spent(Exception):
    """The search has asked as often as it may."""


@dataclass
class Asker:
    """Asks a board, and knows what it must answer.

    A question is a list of rows (T, input bytes) whose last answer counts: T is 1 unless that depends on the inferences before it. The state of a
    stateful model is put to its beginning before the first row.
    """

    board: Board
    identity: Identity
    model: IntegerModel
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    allowed: int
    """By how much a code may differ."""
    stateful: bool
    left: int = QUESTIONS
    asked: int = field(default=0, init=False)

    def answers(self, questions: Sequence[Rows]) -> list[tuple[Rows, Rows]]:
        """The board's and the right answer to the last row of each question, (output bytes,).

        Raises:
            Spent: so many inferences are not left.
            PlumblineError: what `Board.infer` raises.
        """
        rows = np.concatenate(questions)
        if len(rows) > self.left:
            raise Spent
        self.left -= len(rows)
        self.asked += len(rows)
        lasts = np.cumsum([len(each) for each in questions]) - 1
        starts = np.zeros(len(rows), bool)
        starts[lasts - [len(each) - 1 for each in questions]] = True
        given = self.board.infer(rows, self.identity, starts if self.stateful else None).outputs
        right = self.model.row(self.model.values(rows, starts if self.stateful else None))
        return [(given[last], right[last]) for last in lasts]

    def wrong(self, questions: Sequence[Rows]) -> list[bool]:
        """Whether the board answers each question otherwise than it may; raises as `answers`."""
        return [self.apart(given, right) for given, right in self.answers(questions)]

    def apart(self, given: Rows, right: Rows) -> bool:
        """Whether two answers (output bytes,) differ by more than is allowed."""
        pairs = zip(self.numbers(given), self.numbers(right), strict=True)
        return any(bool((np.abs(one - other) > self.allowed).any()) for one, other in pairs)

    def numbers(self, answer: Rows) -> list[NDArray[np.int64]]:
        """An answer as whole numbers of each output; those of a float32 are its bits."""
        parts = taken_apart(answer.reshape(1, -1), self.outputs)
        return [(each.view(np.int32) if each.dtype.kind == "f" else each)[0].astype(np.int64) for each in parts]

    @cached_property
    def neutral(self) -> Rows:
        """(input bytes,): the row whose elements all stand for 0."""
        values = [np.full((1, each.elements), each.zero_point or 0, dtype_of(each)) for each in self.inputs]
        row: Rows = put_together(values, self.inputs)[0]
        return row

    def pieces(self, rows: Rows) -> NDArray[np.int64]:
        """The elements of a question that are not neutral, each as its first byte and the one behind its last, of all rows one after the other."""
        edges = [0]
        for each in self.inputs:
            edges += range(edges[-1] + dtype_of(each).itemsize, edges[-1] + each.bytes + 1, dtype_of(each).itemsize)
        spans = np.stack([edges[:-1], edges[1:]], axis=1)
        flat, neutral = rows.reshape(-1), np.tile(self.neutral, len(rows))
        every = np.concatenate([spans + number * rows.shape[1] for number in range(len(rows))])
        return every[[bool((flat[start:end] != neutral[start:end]).any()) for start, end in every]]

    def kept(self, rows: Rows, pieces: NDArray[np.int64]) -> Rows:
        """A question of which only these elements are not neutral."""
        result = np.tile(self.neutral, len(rows))
        flat = rows.reshape(-1)
        for start, end in pieces:
            result[start:end] = flat[start:end]
        return result.reshape(rows.shape)
