"""Chooses what a board of a model with a state is asked: sequences, so that a state that is kept, reset or moved wrongly shows in the answers.

First come the samples, in their order. Then a run that is longer than the state remembers, so that every byte of it was written and read again, and
short ones, each behind a reset: of one row, of two and so on, since a reset that was forgotten is seen where something else was there before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Graph
from plumbline.convert.references.input_pool import Codes, Pool, edges, near, pool_of
from plumbline.convert.references.reference_interpreter import Model
from plumbline.convert.references.sample_rows import most_inputs
from plumbline.convert.references.sequences import Starts

SEED = 1
TRIED = 12
"""Long runs among which the one is taken that answers most differently."""
LONGEST_MEMORY = 192
"""Rows after which a state that still shows its beginning is taken to show it for ever."""
SHORTEST = 16
"""Rows of the long run at least."""
HOLDS = (1, 1, 1, 2, 3, 6)
"""How many rows one input is held, a little changed from one to the next, as a microphone or a sensor gives them."""
SHORT = (1, 2, 1, 3, 5, 8, 13, 21, 34)
"""Rows of the sequences behind the long run, as far as there is room."""


@dataclass(frozen=True)
class AskedSequences:
    """What a board of a model with a state is asked."""

    codes: Codes
    """(N, input bytes): first the samples, then the chosen rows."""
    starts: Starts
    """(N,): before which rows the state is reset."""
    kinds: tuple[str, ...]
    """What each chosen row is, e.g. "ramp"; empty for a sample."""


def samples_in_order(graph: Graph) -> int:
    """How many of a user's samples are asked at most, one behind the other from the first on: as many rows again are chosen."""
    return most_inputs(graph) // 2


def sequences(graph: Graph, samples: Codes | None = None, own: Starts | None = None, seed: int = SEED, inside: bool = True) -> AskedSequences:
    """Choose sequences, behind those that the samples are.

    Args:
        graph: a model with variables.
        samples: rows (S, input bytes), in their order.
        own: (S,), before which samples the state is reset; None for the first alone.
        seed: of the chosen rows.
        inside: whether the reference interpreter knows the model; else its memory is taken for endless, and the first long run for the best.

    Raises:
        UnsupportedOperator, ModelRefused: see `reference_interpreter.Model`.
    """
    given = np.empty((0, graph.input_bytes), np.int8) if samples is None else samples
    model, room = Model(graph) if inside else None, max(most_inputs(graph) - len(given), most_inputs(graph) // 2)
    rng = np.random.default_rng(seed)
    longest = min(2 * (memory(graph, model, seed) if model else LONGEST_MEMORY) + SHORTEST, max(1, room * 3 // 4))
    parts = [Pool(given, ("",) * len(given)), longest_run(graph, model, longest, rng) if model else run_of(graph, longest, rng)]
    room -= longest
    for length in SHORT:
        if length <= room:
            parts.append(run_of(graph, length, rng))
            room -= length
    lengths = [len(part) for part in parts if len(part)]
    starts = np.zeros(sum(lengths), bool)
    starts[np.cumsum([0, *lengths[:-1]])] = True
    starts[: len(given)] |= False if own is None else own
    whole = parts[0]
    for part in parts[1:]:
        whole += part
    return AskedSequences(whole.codes, starts, whole.kinds)


def memory(graph: Graph, model: Model, seed: int = SEED) -> int:
    """After how many rows nothing is left of the state before them: two states that differ everywhere get the same rows until they are equal.

    LONGEST_MEMORY where they never are, as of a sum.
    """
    rows = pool_of(graph.inputs, LONGEST_MEMORY, seed).codes
    state = model.beginning(2)
    for values in state.values():
        values[1] = ~values[1]
    for number, row in enumerate(rows):
        model.step(np.stack([row, row]), state)
        if all((values[0] == values[1]).all() for values in state.values()):
            return number + 1
    return LONGEST_MEMORY


def longest_run(graph: Graph, model: Model, length: int, rng: np.random.Generator) -> Pool:
    """The run whose answers take most values, of several."""
    runs = [run_of(graph, length, rng) for _ in range(TRIED)]
    state = model.beginning(TRIED)
    answers: list[NDArray[np.int8]] = [model.step(np.stack([run.codes[step] for run in runs]), state) for step in range(length)]
    found = np.stack(answers, axis=1)
    return runs[int(np.argmax([sum(len(np.unique(column)) for column in run.T) for run in found]))]


def run_of(graph: Graph, length: int, rng: np.random.Generator) -> Pool:
    """Inputs of all kinds, each held for some rows and a little changed; every few of them it is quiet, but not at the end: what a reset takes away
    must not look like a beginning."""
    low, high, quiet, turns = (edges(graph.inputs).rows([number]) for number in range(4))
    pool, end = pool_of(graph.inputs, length, int(rng.integers(2**31))), (low, high, turns)[int(rng.integers(3))]
    codes: list[Codes] = []
    kinds: list[str] = []
    for at in rng.permutation(length):
        source = quiet if rng.random() < 0.15 else pool.rows([int(at)])
        row = source.codes[0]
        for _ in range(int(rng.choice(HOLDS))):
            codes.append(row)
            kinds += source.kinds
            row = near(rng, row, graph.inputs)
    return Pool(np.array([*codes[: length - 1], end.codes[0]]), (*kinds[: length - 1], *end.kinds))
