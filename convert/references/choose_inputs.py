"""Chooses what a board of a model with several input numbers is asked, so that kernels which differ answer differently.

Candidates of every kind are answered by the integer model. Those are taken one by one that reach most of what none before reached: codes of the
output, places in tables, and lowest and highest codes of every channel between the layers. The last count as much as a small change inside is seen
in the answer.
Candidates near those taken, and between two of them, are tried as well: where a classifier answers nearly always the same, it wavers there.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.convert.model import hints
from plumbline.convert.model.graph import Graph, Operator, Tensor
from plumbline.convert.operators import named
from plumbline.convert.operators.indices import within_tables
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.references.input_pool import HIGHEST, LOWEST, Codes, Pool, between, edges, near, pool_of
from plumbline.convert.references.reference_interpreter import Model
from plumbline.convert.references.sample_rows import FEWEST, most_inputs
from plumbline.convert.references.seen import Ids, Reals, Seen, Watcher
from plumbline.convert.references.survivors import survivors

SEED = 1
MOST_CHOSEN = 128
"""Inputs chosen at most beside samples."""
BUDGET = 16e9
"""What the candidates may cost in all, a few seconds; see `candidates`."""
PER_CODE = 100
"""What rounding and clamping one code costs, in multiply-accumulates."""
TURNS = 8
"""Of a loop, for an estimate: how often it turns is known when it has."""
FEWEST_TRIED, MOST_TRIED = 64, 900
ROUNDS = 3
"""How often candidates near those taken are tried, a third of all in as many rounds."""
PARENTS = 32
EDGE = 8
"""An edge is asked for so many inputs, up to all four; of a large model that is asked for few, the others are candidates as any."""
CODES_AT_ONCE = 2**18
"""Of the largest tensor: so many inputs are answered together that what lies between two layers stays in a processor's cache."""
CUTS = (0.3, 0.6, 0.9)
"""Where in the list of operators a small change is made, to see whether the answer shows it."""
BUCKET = 4
"""Codes that count as one, for the lowest and highest of a channel."""
OUTPUT_WEIGHT = 0.25
"""How much new codes of all outputs count, against all new lowest and highest codes inside."""
MOST_WATCHED = 2**18
"""Codes of the output, and channels of a tensor, that are watched: of more of them, evenly spaced ones."""
LARGEST_LOOK_UP = 256
"""Codes looked up at once beyond which any input meets nearly all of a table."""
RAREST = 8
"""How much more a channel counts at most that few candidates wake."""
FADING = 0.25
"""What a thing counts that was reached once before, against one that was not."""

LookUp = Callable[[Ids, tuple[int, ...]], Ids]


@dataclass(frozen=True)
class Asked:
    """What a board is asked for a model of several input numbers: the samples, then the chosen inputs."""

    codes: Codes
    """(N, input bytes)."""
    kinds: tuple[str, ...]
    """What each chosen input is, e.g. "ramp"; empty for a sample."""


def samples_asked(graph: Graph) -> int:
    """How many of a user's samples are asked at most: the chosen inputs are asked in the same time."""
    most = most_inputs(graph)
    return most if graph.one_code else most - min(most // 2, MOST_CHOSEN)


def with_chosen(graph: Graph, samples: Codes, watched: Watcher | None = None) -> Asked:
    """The samples (S, input bytes) and, unless all 256 codes are asked already, what is chosen beside them; see `choose`."""
    if graph.one_code:
        return Asked(samples, ("",) * len(samples))
    most = most_inputs(graph)
    count = max(FEWEST, min(MOST_CHOSEN if len(samples) else most, most - len(samples)))
    chosen = choose(graph, count, samples, watched=watched)
    return Asked(np.concatenate([samples, chosen.codes]), ("",) * len(samples) + chosen.kinds)


def choose(graph: Graph, count: int, samples: Codes | None = None, seed: int = SEED, watched: Watcher | None = None) -> Pool:
    """Inputs for a board, edges first.

    Args:
        graph: the model.
        count: how many.
        samples: codes (S, input bytes) that are asked as well; candidates lie near them too, and what they reach counts as reached.
        seed: of the candidates.
        watched: what tells them apart; None for the inside of the model, see Watched.

    Raises:
        UnsupportedOperator, ModelRefused: see `reference_interpreter.Model`; TensorFlow Lite Micro answers no input.
    """
    rng, watched = np.random.default_rng(seed), watched or Watched(graph, seed)
    total = candidates(graph, watched.budget)
    given = np.empty((0, graph.input_bytes), np.int8) if samples is None else samples[:: max(1, len(samples) * 4 // total)]
    pool = Pool(given, ("sample",) * len(given)) + answerable(edges(graph.inputs), graph)
    fixed = min(len(pool), len(given) + count // EDGE)
    pool += answerable(pool_of(graph.inputs, max(1, total * 2 // 3 - len(pool)), seed), graph)
    if not len(pool):
        raise ModelRefused("TensorFlow Lite Micro stops at every input of this model that was tried.", hints.changed("Train the model"))
    seen = watched.observe(pool.codes)
    for _ in range(ROUNDS):
        parents = taken(seen, fixed + min(count, PARENTS), fixed)
        children = offspring(rng, graph, pool, parents, seen.answers, total // (3 * ROUNDS))
        pool += children
        seen = Seen.joined((seen, watched.observe(children.codes)))
    return pool.rows(taken(seen, len(given) + count, fixed)[len(given) :])


def candidates(graph: Graph, budget: float = BUDGET) -> int:
    """How many inputs are tried: fewer of a model that takes longer."""
    cost = sum(cost_of(operator) for operator in graph.operators)
    return int(max(FEWEST_TRIED, min(MOST_TRIED, budget / (cost * (1 + sum(1 - cut for cut in CUTS))))))


def cost_of(operator: Operator) -> int:
    """Of one input, in multiply-accumulates; a loop is taken to turn a few times."""
    inside = sum(cost_of(each) for graph in operator.graphs for each in graph.operators) * (TURNS if operator.name == "WHILE" else 1)
    return (multiply_accumulates(operator) or 0) + PER_CODE * sum(each.elements for each in operator.outputs) + inside


class Watched:
    """A model whose insides are watched.

    Args:
        graph: the model.
        seed: of the small changes.
    """

    budget = BUDGET

    def __init__(self, graph: Graph, seed: int) -> None:
        self._graph, self._model, self._rng = graph, Model(graph), np.random.default_rng(seed)
        self._inside = [tensor for operator in graph.operators for tensor in operator.outputs]
        self._tables = [each for each in graph.operators if look_up(each) is not None and each.outputs[0].elements <= LARGEST_LOOK_UP]
        self._at_once = at_once(graph)

    def observe(self, codes: Codes) -> Seen:
        """Answer candidates (N, input bytes) and note what they reach."""
        parts = [self._observe(codes[at : at + self._at_once]) for at in range(0, len(codes), self._at_once)]
        return Seen.joined(parts)

    def _observe(self, codes: Codes) -> Seen:
        values = self._model.values(codes)
        found, number = [], 0
        for tensor in self._inside:
            by_channel = as_codes(values[tensor.index], tensor).reshape(len(codes), -1, channels_of(tensor))
            by_channel = by_channel[..., :: spacing(by_channel.shape[-1])]
            channels = by_channel.shape[-1]
            for beyond in (127 - by_channel.min(axis=1).astype(np.int64), by_channel.max(axis=1).astype(np.int64) + 128):
                found.append(number + np.arange(channels) * 256 + beyond // BUCKET)
                number += channels * 256
        answers = self._model.row(values)
        watched = answers[:, :: spacing(answers.shape[1])].astype(np.int64)  # the bytes of what is wider
        outputs = [np.arange(watched.shape[1]) * 256 + watched + 128]
        for number, operator in enumerate(self._tables, watched.shape[1]):
            outputs.append(256 * number + looked_up(operator, values))
        return Seen(np.concatenate(found, axis=1), np.concatenate(outputs, axis=1), answers, self._shows(values, answers))

    def _shows(self, values: dict[int, Codes], answers: Codes) -> Reals:
        """The share of the changes that are seen: at each cut one channel, another for each input, is one code higher where it is not clamped."""
        count, seen = len(answers), np.ones(len(answers))
        for cut in CUTS:
            at = int(cut * len(self._graph.operators))
            tensor = self._graph.operators[at].outputs[0]
            channels = channels_of(tensor)
            changed = values[tensor.index].reshape(count, -1, channels).copy()
            rows, one = np.arange(count), self._rng.integers(0, channels, count)
            changed[rows, :, one] = one_higher(changed[rows, :, one])
            answer = self._model.follow({**values, tensor.index: changed.reshape(count, -1)}, at + 1)
            seen += (answer != answers).any(axis=1)
        return seen / (1 + len(CUTS))


def look_up(operator: Operator) -> LookUp | None:
    """The operator's own `looks_up`, of int8; each place of a table counts as a code of the output does."""
    found, source = named(operator.name), operator.inputs[0] if operator.inputs else None
    return None if found is None or source is None or source.type != "INT8" else found.looks_up


def looked_up(operator: Operator, values: dict[int, Codes]) -> Ids:
    """The places in an operator's table (N, elements) that its inputs ask for, from 0 to 255."""
    source, places = operator.inputs[0], look_up(operator)
    assert source is not None
    assert places is not None
    return places(values[source.index].astype(np.int64), source.shape)


def as_codes(values: NDArray[Any], tensor: Tensor) -> Codes:
    """Values of any type as numbers from -128 to 127 that tell coarsely how high they are."""
    if tensor.type == "BOOL":
        return np.where(values, HIGHEST, LOWEST).astype(np.int8)
    lower, divisor = {"UINT8": (128, 1), "INT16": (0, 256)}.get(tensor.type, (0, 1))
    return np.asarray(values if tensor.type == "INT8" else np.clip(np.floor_divide(values, divisor) - lower, LOWEST, HIGHEST), np.int8)


def one_higher(values: NDArray[Any]) -> NDArray[Any]:
    """The next value of each, where it is neither the lowest nor the highest of its type; a truth becomes its contrary."""
    if values.dtype == bool:
        return np.asarray(~values)
    if values.dtype.kind == "f":
        return np.asarray(np.nextafter(values, np.inf))
    info = np.iinfo(values.dtype)
    return np.asarray(values + ((values > info.min) & (values < info.max)), values.dtype)


def at_once(graph: Graph) -> int:
    """How many inputs are answered together."""
    return max(1, CODES_AT_ONCE // max(tensor.elements for operator in graph.operators for tensor in operator.outputs))


def spacing(count: int) -> int:
    """Every how manyth of so many things is watched."""
    return -(-count // MOST_WATCHED)


def channels_of(tensor: Tensor) -> int:
    """Its last axis; a single row counts as many channels."""
    return tensor.shape[-1] if tensor.shape else 1


def taken(seen: Seen, count: int, fixed: int) -> list[int]:
    """Rows of the candidates: the `fixed` first ones, then greedily the one that adds most.

    What a candidate adds can only fall while others are taken, so that the best is found when one stays the best after its gain was worked out anew.
    """
    awake = (seen.inside % 256 > 0).mean(axis=0)  # of each end of a channel, the share of the candidates in which it leaves its first codes
    by_end = np.tile(0.5 + np.arange(256) * (BUCKET / 255), (len(awake), 1))  # the farther out, the more it counts: from 0.5 to 1.5
    by_end[:, 1:] *= np.minimum(RAREST, 1 / np.maximum(awake, 1 / RAREST))[:, None]
    inside = by_end.ravel()
    outputs = np.ones(int(seen.outputs.max()) + 1)

    def gain(row: int) -> float:
        new, answered = inside[seen.inside[row]].sum(), outputs[seen.outputs[row]].sum()
        return float(seen.shows[row] * new / seen.inside.shape[1] + OUTPUT_WEIGHT * answered / seen.outputs.shape[1])

    def take(row: int) -> None:
        picked.append(row)
        inside[seen.inside[row]] *= FADING
        outputs[seen.outputs[row]] *= FADING

    picked: list[int] = []
    for row in range(min(fixed, count)):
        take(row)
    waiting = [(-gain(row), row) for row in range(len(picked), len(seen.inside))]
    heapq.heapify(waiting)
    while waiting and len(picked) < count:
        _, row = heapq.heappop(waiting)
        now = -gain(row)
        if not waiting or now <= waiting[0][0]:
            take(row)
        else:
            heapq.heappush(waiting, (now, row))
    return picked


def offspring(rng: np.random.Generator, graph: Graph, pool: Pool, parents: list[int], answers: Codes, count: int) -> Pool:
    """Inputs near some that were taken, and between two of them that are answered differently."""
    rows, kinds = [], []
    for _ in range(count):
        one, other = rng.choice(parents, 2)
        if rng.random() < 0.5 and (answers[one] != answers[other]).any():
            share = rng.uniform(0.1, 0.9)
            rows.append(between(share, pool.codes[one], pool.codes[other], graph.inputs))
            kinds.append("between two others")
        else:
            rows.append(near(rng, pool.codes[one], graph.inputs))
            kinds.append(f"near {pool.kinds[one]}" if not pool.kinds[one].startswith(("near ", "between ")) else pool.kinds[one])
    return answerable(Pool(np.array(rows, np.int8).reshape(len(rows), -1), tuple(kinds)), graph)


def answerable(pool: Pool, graph: Graph) -> Pool:
    """Those that TensorFlow Lite Micro answers: with indices that count what there is, and without inputs at which it stops."""
    codes = within_tables(pool.codes, graph)
    return Pool(codes, pool.kinds).rows(np.flatnonzero(survivors(graph, codes)).tolist())
