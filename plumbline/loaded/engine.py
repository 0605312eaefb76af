"""What runs a loaded model: rows of codes in, rows of codes out. Here the reference interpreter; the generated C is in `compiled`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from plumbline.common.rows import taken_apart
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.references.reference_interpreter import Model as Interpreter

Rows = NDArray[np.int8]
TOGETHER = 1 << 22
"""Elements of all tensors together that the interpreter works on at once."""


class Engine(Protocol):
    """An instance of a model, with a state of its own where the model has one."""

    @property
    def title(self) -> str:
        """What it is, for people."""

    def run(self, rows: Rows) -> Rows:
        """Answer rows (N, input bytes) with rows (N, output bytes). Of a model with a state they are a sequence, which goes on from the last one."""

    def layers(self, rows: Rows, tensors: Sequence[Tensor]) -> list[NDArray[Any]]:
        """Answer the same rows, and give the values (N, elements) of these tensors, which operators write."""

    def reset(self) -> None:
        """Bring the state back to its beginning."""

    def copy(self) -> Engine:
        """Another instance with a copy of the state."""


class Reference:
    """The reference interpreter.

    Raises:
        UnsupportedOperator, ModelRefused: see `reference_interpreter.Model`.
    """

    title = "reference interpreter"

    def __init__(self, graph: Graph) -> None:
        self._graph, self._stateful = graph, graph.stateful
        self._model = Interpreter(graph)
        self._state = self._model.beginning(1)
        held = sum(tensor.elements for tensor in graph.tensors if tensor.computed)
        self._together = max(1, TOGETHER // max(held, 1))

    def run(self, rows: Rows) -> Rows:
        if self._stateful:
            answers = [self._model.step(row[np.newaxis], self._state) for row in rows]
        else:
            answers = [self._model.row(self._model.values(part)) for part in self._parts(rows)]
        return np.concatenate([np.empty((0, self._graph.output_bytes), np.int8), *answers])

    def layers(self, rows: Rows, tensors: Sequence[Tensor]) -> list[NDArray[Any]]:
        found: list[list[NDArray[Any]]] = [[np.empty((0, each.elements), each.dtype)] for each in tensors]
        for part in self._parts(rows):
            values = self._step(part) if self._stateful else self._model.values(part)
            for each, tensor in zip(found, tensors, strict=True):
                each.append(np.asarray(values[tensor.index], tensor.dtype))
        return [np.concatenate(each) for each in found]

    def _parts(self, rows: Rows) -> list[Rows]:
        size = 1 if self._stateful else self._together
        return [rows[at : at + size] for at in range(0, len(rows), size)]

    def _step(self, row: Rows) -> dict[int, NDArray[Any]]:
        """One step of the sequence: the values of all tensors."""
        inputs = self._graph.inputs
        values = self._state | {tensor.index: given for tensor, given in zip(inputs, taken_apart(row, inputs), strict=True)}
        self._model.follow(values, 0)
        self._state = {index: values[index] for index in self._state}
        return values

    def reset(self) -> None:
        self._state = self._model.beginning(1)

    def copy(self) -> Reference:
        other = Reference.__new__(Reference)
        other.__dict__.update(self.__dict__, _state={index: each.copy() for index, each in self._state.items()})
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (self._graph, self._state)

    def start_from(self, state: dict[int, NDArray[Any]]) -> None:
        """Take over the values (1, elements) of variables, and of outputs that may stay as they were, by their tensors' index."""
        self._state = {index: state[index] for index in self._state}

    @property
    def kept(self) -> tuple[int, ...]:
        """The indices of what `start_from` takes."""
        return tuple(self._state)


def restored(graph: Graph, state: dict[int, NDArray[Any]]) -> Reference:
    """An instance as another process has it."""
    result = Reference(graph)
    result.start_from(state)
    return result
