"""Chooses the few inputs of a self-test among those that a verification asks: flash is short where it runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.common.golden_data import Codes, References
from plumbline.convert.model.graph import Graph
from plumbline.convert.references.choose_inputs import SEED, Watched, candidates, taken
from plumbline.convert.references.input_pool import edges
from plumbline.convert.references.sequences import Starts, begun

FEW, FEW_STEPS = 8, 24
"""Inputs where nobody says how many, and rows of sequences of a model with a state."""
MOST_BYTES = 4096
"""Of the inputs that are stored, where nobody says how many there shall be."""
EDGES = 3
"""The first edges, all lowest, all highest and all real 0, are asked first: one value stands for all of such an input."""
BUDGET = 4e9
"""What the rows that are tried may cost in all, see `choose_inputs.candidates`: about a second."""
SHARE = 4
"""One of so many inputs is a sample at least, where there are samples."""
SHARE_OF_RESETS = 3
"""One of so many rows of a model with a state belongs to a short sequence, which a reset begins."""


@dataclass(frozen=True)
class FewRows:
    """What a self-test asks, and the answers."""

    codes: Codes
    """(N, input bytes)."""
    expected: Codes
    """(N, output bytes)."""
    starts: Starts | None
    """(N,): before which rows the state is reset; None of a model without one."""
    kinds: tuple[str, ...]
    """What each is, e.g. "ramp"; "sample" for real data."""


def few_rows(graph: Graph, references: References, count: int | None = None) -> FewRows:
    """Rows of the golden data that reach most of the model.

    Args:
        graph: the model.
        references: what a verification asks, one row at least.
        count: how many rows, 1 at least; None for FEW, or as many as MOST_BYTES hold; fewer where the golden data has no more.

    Raises:
        UnsupportedOperator, ModelRefused: see `reference_interpreter.Model`.
    """
    kinds = np.full(len(references.codes), "") if references.kinds is None else references.kinds
    if graph.stateful:
        rows, starts = steps(begun(len(kinds), references.starts), references.expected, count or within(graph, FEW_STEPS))
    else:
        rows, starts = telling(graph, references.codes, kinds, count), None
    told = tuple(str(kind) or "sample" for kind in kinds[rows])
    return FewRows(references.codes[rows], references.expected[rows], starts, told)


def within(graph: Graph, most: int) -> int:
    """As many stored inputs as MOST_BYTES hold, one at least."""
    return max(1, min(most, MOST_BYTES // max(1, graph.input_bytes)))


def telling(graph: Graph, codes: Codes, kinds: NDArray[np.str_], count: int | None) -> list[int]:
    """Rows of a model without a state: edges, then samples, then whatever else reaches most that none before reached; see `choose_inputs.taken`."""
    places = [np.flatnonzero((codes == edge).all(axis=1)) for edge in edges(graph.inputs).codes[:EDGES]]
    level = list(dict.fromkeys(int(each[0]) for each in places if len(each)))
    if count is None:
        count = len(level) + within(graph, FEW - len(level))
    level = level[: count // 2]
    every = -(-len(codes) // candidates(graph, BUDGET))
    tried = level + [row for row in range(0, len(codes), every) if row not in level]
    seen = Watched(graph, SEED).observe(codes[tried])
    first = len(level) + -(-(count - len(level)) // SHARE)
    samples = [place for place, row in enumerate(tried) if place < len(level) or kinds[row] == ""]
    order = [samples[place] for place in taken(seen.rows(samples), first, len(level))]
    order += [place for place in range(len(tried)) if place not in order]
    fixed = min(first, len(samples))
    return [tried[order[place]] for place in taken(seen.rows(order), count, fixed)]


def steps(starts: Starts, answers: Codes, count: int) -> tuple[list[int], Starts]:
    """Rows of a model with a state, and where a reset is: the head of the sequence that is answered most differently, then short ones.

    Each of these is behind a reset, which is seen where it was forgotten because something else was there before.
    """
    first = np.flatnonzero(starts)
    sequences = [range(start, stop) for start, stop in zip(first, np.append(first[1:], len(starts)), strict=True)]
    room = count - count // SHARE_OF_RESETS
    head = max((each[:room] for each in sequences), key=lambda each: (len(np.unique(answers[each], axis=0)), len(each)))
    short: list[range] = []
    for each in sorted(sequences, key=len):
        if each.start != head.start and sum(map(len, short)) + len(each) <= count - len(head):
            short.append(each)
    picked = [head, *short]
    rows = [row for each in picked for row in each]
    begin = np.zeros(len(rows), bool)
    begin[np.cumsum([0, *map(len, picked[:-1])])] = True
    return rows, begin
