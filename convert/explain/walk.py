"""Goes through an int8 model from its input to its output: at each place its codes, the float model's values, and what the float model makes of the
int8 values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plumbline.common.quantization import dequantize_float32
from plumbline.convert.explain import causes
from plumbline.convert.explain.twin import Reals, Twin
from plumbline.convert.model.graph import Graph, Operator, Tensor, taken_apart
from plumbline.convert.operators import named
from plumbline.convert.references import reference_interpreter
from plumbline.convert.references.sequences import Starts


def reached(graph: Graph, codes: NDArray[np.int8], starts: Starts | None = None) -> dict[int, NDArray[np.int8]]:
    """The values (N, elements) of the inputs and of every tensor that an operator writes, by its index; `codes` are rows (N, input bytes), and of a
    model with a state sequences, see `Starts`.
    """
    return reference_interpreter.Model(graph).values(codes, starts)


def at_the_ends(graph: Graph, codes: NDArray[np.int8], answers: NDArray[np.int8]) -> dict[int, NDArray[np.int8]]:
    """As `reached`, the inputs and outputs alone, of which `answers` are rows (N, output bytes)."""
    pairs = ((graph.inputs, codes), (graph.outputs, answers))
    return {each.index: values for ends, rows in pairs for each, values in zip(ends, taken_apart(rows, ends), strict=True)}


def places_of(graph: Graph) -> Iterator[tuple[int | None, Operator | None, tuple[Tensor, ...]]]:
    """Where values are measured: the inputs, and the outputs of each operator, where they are codes."""
    yield from ((None, None, (tensor,)) for tensor in graph.inputs if measurable(tensor))
    for number, operator in enumerate(graph.operators):
        if operator.outputs and all(map(measurable, operator.outputs)):
            yield number, operator, operator.outputs


def measurable(tensor: Tensor) -> bool:
    """Whether a tensor holds codes of real numbers."""
    return tensor.type in ("INT8", "INT16") and tensor.quantization is not None


def moves(operator: Operator) -> bool:
    """Whether an operator only moves codes, all its tensors having one scale."""
    found = named(operator.name)
    if found is None or not found.moves_codes:
        return False
    ends = [tensor for tensor in (*operator.inputs, *operator.outputs) if tensor is not None and tensor.computed]
    scales = {tensor.quantization and (tensor.quantization.scale, tensor.quantization.zero_point) for tensor in ends}
    return len(scales) == 1


@dataclass(frozen=True)
class Measured:
    """One place of the int8 model at all samples; the real values are (N, elements)."""

    number: int | None
    operator: Operator | None
    tensors: tuple[Tensor, ...]
    codes: NDArray[np.int8]
    floats: Reals | None
    """The float model's values."""
    exact: Reals | None
    """What the float layer makes of the int8 model's inputs of this layer."""
    output: Reals
    """The model's output (N, outputs) when everything up to here is int8 and everything behind it float."""
    answers: bool
    """Whether this is the model's output."""

    @property
    def reals(self) -> Reals:
        """What the codes stand for."""
        return dequantize_float32(self.codes, self.tensors[0].quantized)

    @property
    def seen(self) -> causes.Seen:
        return causes.Seen(self.operator, self.tensors[0], self.codes, self.floats, self.exact, self.answers)


def walk(graph: Graph, twin: Twin, codes: dict[int, NDArray[np.int8]], floats: dict[int, Reals]) -> Iterator[Measured]:
    """Each place with what the float layers make of the int8 values before it, and of those up to it.

    The float model is run once for every operator, from the int8 values of all before: it says what this operator's float layer makes of them,
    and what the rest of the float model does.
    """
    known: list[int] = []
    values: dict[int, Reals] = {}
    waiting: list[Measured] = []  # for the output behind them, which the next run of the float model tells
    for number, operator, tensors in places_of(graph):
        here = np.concatenate([codes[tensor.index] for tensor in tensors], axis=1)
        partners = [twin.partners.get(tensor.index) for tensor in tensors]
        paired = [index for index in partners if index is not None and index in floats]
        known_floats = np.concatenate([floats[index] for index in paired], axis=1) if len(paired) == len(tensors) else None
        exact, output = known_floats if operator is None else None, np.empty((0, 0), np.float32)
        if operator is not None and not moves(operator):
            tail = twin.tail(known)
            wanted = paired if known_floats is not None and all(index in tail.computed or index in tail.sources for index in paired) else []
            output, *found = tail.run(values, [twin.output, *wanted])
            exact = np.concatenate(found, axis=1) if found else None
            yield from (replace(each, output=output) for each in waiting)
            waiting = []
        elif operator is not None and known_floats is not None:
            exact = dequantize_float32(here, tensors[0].quantized)
        waiting.append(
            Measured(number, operator, tensors, here, known_floats, exact, output, graph.output.index in {tensor.index for tensor in tensors})
        )
        known += [tensor.index for tensor in tensors]
        values |= {tensor.index: dequantize_float32(codes[tensor.index], tensor.quantized) for tensor in tensors}
    yield from (replace(each, output=values[graph.output.index]) for each in waiting)
