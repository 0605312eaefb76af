"""Where a wrong answer begins: the first layer whose output does not follow from what it got, as far as the firmware tells its layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.rows import Rows, taken_apart
from plumbline.convert.interface import Graph, IntegerModel, Tensor, parts
from plumbline.host.devices.layers import layer_output
from plumbline.host.minimal.question import Asker

Values = NDArray[Any]


@dataclass(frozen=True)
class Wrong:
    """A part of the model, what it got, what it gave and what it had to give. Values are (1, elements) each."""

    first: int
    last: int
    """Operators by number: one, or several where the firmware does not tell the layers between them."""
    graph: Graph
    """The part as a model of its own."""
    given: tuple[Values, ...]
    """Of the part's inputs."""
    expected: tuple[Values, ...]
    """Of its outputs."""
    came: tuple[Values | None, ...]
    """The same; None of an output that the firmware does not tell."""


def begins(asker: Asker, graph: Graph, rows: Rows) -> tuple[Wrong | None, int]:
    """The first wrong part in the last inference of a question, and how many layers the firmware told.

    Args:
        graph: the model.
        rows: (T, input bytes), the question.
    """
    model = IntegerModel(graph)
    starts = np.eye(1, len(rows), dtype=bool)[0] if asker.stateful else None
    right = {index: each[-1:] for index, each in model.values(rows, starts if graph.stateful else None).items()}
    known = {tensor.index: right[tensor.index] for tensor in graph.inputs}
    untold: int | None = None
    told = 0
    for number, operator in enumerate(graph.operators):
        came = [_told(asker, rows, number, output, tensor) for output, tensor in enumerate(operator.results)]
        told += any(each is not None for each in came)
        came = [_final(asker, rows, graph, tensor) if each is None else each for each, tensor in zip(came, operator.results, strict=True)]
        if all(each is None for each in came):
            untold = number if untold is None else untold
            continue
        first = number if untold is None else untold
        found = _judged(asker, graph, first, number, known, right, came)
        if found is not None:
            return found, told
        untold = None
        known |= {tensor.index: each for tensor, each in zip(operator.results, came, strict=True) if each is not None}
    return None, told


def _judged(
    asker: Asker, graph: Graph, first: int, last: int, known: dict[int, Values], right: dict[int, Values], came: list[Values | None]
) -> Wrong | None:
    """The operators from one to another where what they gave does not follow from what they got."""
    part = parts.part(graph, first, last)
    if part is None:
        return None
    given = {tensor.index: known.get(tensor.index, right[tensor.index]) for tensor in part.inputs}
    answers = parts.answers(part, given)
    results = {tensor.index: each for tensor, each in zip(graph.operators[last].results, came, strict=True)}
    expected = tuple(answers[tensor.index] for tensor in part.outputs)
    gave = tuple(results.get(tensor.index) for tensor in part.outputs)
    if not any(each is not None and differ(each, answer, asker.allowed) for each, answer in zip(gave, expected, strict=True)):
        return None
    return Wrong(first, last, part, tuple(given[tensor.index] for tensor in part.inputs), expected, gave)


def differ(one: Values, other: Values, allowed: int) -> bool:
    """Whether values differ by more than so many codes."""
    if one.dtype.kind == "f":
        return bool((one.view(np.int32).astype(np.int64) != other.view(np.int32)).any())
    return bool((np.abs(one.astype(np.int64) - other.astype(np.int64)) > allowed).any())


def _told(asker: Asker, rows: Rows, layer: int, output: int, tensor: Tensor) -> Values | None:
    """A layer's output (1, elements), where the firmware tells it with the right size."""

    def run() -> None:
        starts = np.eye(1, len(rows), dtype=bool)[0]
        asker.board.infer(rows, asker.identity, starts if asker.stateful else None)

    raw = layer_output(asker.board.link, run, layer, output)
    if raw is None or len(raw) != tensor.bytes:
        return None
    return np.frombuffer(raw, tensor.dtype).reshape(1, -1)


def _final(asker: Asker, rows: Rows, graph: Graph, tensor: Tensor) -> Values | None:
    """An output of the model, which every firmware tells."""
    places = [number for number, each in enumerate(graph.outputs) if each.index == tensor.index]
    if not places:
        return None
    given, _ = asker.answers([rows])[0]
    return taken_apart(given.reshape(1, -1), graph.outputs)[places[0]]
