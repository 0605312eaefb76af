"""Delta debugging (Zeller and Hildebrandt, 2002): elements of an input become neutral, group by group, as long as the answer stays wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.common.rows import Rows, dtype_of
from plumbline.host.minimal.question import TOGETHER, Asker, Spent

_LONGEST = 8
"""Inferences before one on which a wrong answer may depend."""
_SIMPLIFIED = 16
"""Elements whose values are made small too, at most."""


@dataclass(frozen=True)
class Smallest:
    """What is left of a question."""

    rows: Rows
    """(T, input bytes)."""
    elements: int
    """That are not neutral."""
    whole: bool
    """Whether no single element can be left out; False where the questions ran out before."""


def repeated(asker: Asker, rows: Rows, at: int, starts: NDArray[np.bool_] | None) -> Rows | None:
    """The question that repeats a wrong answer: its row, with as many before it as it takes.

    Args:
        rows: (N, input bytes), all that was asked.
        at: which of them was answered wrong.
        starts: of a stateful model, the rows that begin a sequence.

    Returns:
        None where the answer is right now, whatever is asked before.
    """
    if starts is not None:
        first = int(np.flatnonzero(starts[: at + 1])[-1])
        return rows[first : at + 1] if asker.wrong([rows[first : at + 1]])[0] else None
    for length in range(1, min(at + 1, _LONGEST) + 1):
        question = rows[at + 1 - length : at + 1]
        if asker.wrong([question])[0] and asker.wrong([question])[0]:
            return question
    return None


def smallest(asker: Asker, rows: Rows) -> Smallest:
    """The least of a question that is still answered wrong.

    Args:
        rows: (T, input bytes), answered wrong.
    """
    pieces, whole = asker.pieces(rows), True
    try:
        while len(rows) > 1 and asker.wrong([rows[1:]])[0]:
            rows = rows[1:]
        pieces = asker.pieces(rows)
        for fewer in _fewer(asker, rows, pieces):
            pieces = fewer
        rows = asker.kept(rows, pieces)
        for simpler in _simpler(asker, rows, pieces):
            rows = simpler
    except Spent:
        whole = False
        rows = asker.kept(rows, pieces)
    return Smallest(rows, len(asker.pieces(rows)), whole)


def _fewer(asker: Asker, rows: Rows, pieces: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Ever fewer elements, each list of which is enough for a wrong answer."""
    if asker.wrong([asker.kept(rows, pieces[:0])])[0]:
        yield pieces[:0]
        return
    groups = 2
    while len(pieces) > 1:
        cut = np.array_split(np.arange(len(pieces)), min(groups, len(pieces)))
        candidates = [*cut, *(np.setdiff1d(np.arange(len(pieces)), each) for each in cut if len(cut) > 2)]
        found = _first(asker, [asker.kept(rows, pieces[each]) for each in candidates])
        if found is not None:
            pieces = pieces[candidates[found]]
            yield pieces
            groups = 2 if found < len(cut) else max(2, groups - 1)
        elif groups >= len(pieces):
            return
        else:
            groups *= 2


def _first(asker: Asker, questions: Sequence[Rows]) -> int | None:
    """The first question that is answered wrong."""
    for at in range(0, len(questions), TOGETHER):
        wrong = asker.wrong(questions[at : at + TOGETHER])
        if True in wrong:
            return at + wrong.index(True)
    return None


def _simpler(asker: Asker, rows: Rows, pieces: NDArray[np.int64]) -> Iterator[Rows]:
    """Values nearer to the neutral ones, element after element, of inputs of one type of whole numbers."""
    types = {dtype_of(each) for each in asker.inputs}
    kind = types.pop()
    if types or kind.kind not in "iu" or len(pieces) > _SIMPLIFIED:
        return
    for start, end in pieces:
        flat = np.ascontiguousarray(rows.reshape(-1))
        neutral = np.tile(asker.neutral, len(rows))
        now, zero = (int(np.frombuffer(each[start:end].tobytes(), kind)[0]) for each in (flat, neutral))
        distances = [1 << bit for bit in range(abs(now - zero).bit_length()) if 1 << bit < abs(now - zero)]
        candidates = []
        for distance in distances:
            changed = flat.copy()
            value = np.array([zero + distance if now > zero else zero - distance], kind)
            changed[start:end] = np.frombuffer(value.tobytes(), np.int8)
            candidates.append(changed.reshape(rows.shape))
        found = _first(asker, candidates)
        if found is not None:
            rows = candidates[found]
            yield rows
