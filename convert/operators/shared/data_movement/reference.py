"""What operators share that move values from place to place and compute nothing: PAD, TRANSPOSE, CONCATENATION, SPLIT, GATHER and others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import NUMPY_TYPES, Operator, Tensor
from plumbline.convert.operators.shared.checks import refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import Copy, Loop, simplified

Values = NDArray[Any]

EVERY_TYPE = ("INT8", "UINT8", "INT16", "INT32", "BOOL")
"""Of the values that a kernel moves which looks at their size alone. It moves INT64 as well, which no end of a model is."""
WHOLE = ("INT32", "INT64")
"""Types of numbers that say what is moved, where a kernel takes both."""


@dataclass(frozen=True)
class Start:
    """Indices computed at run time, each kept from 0 to its limit, that say where a copy begins in its source, or in its target."""

    copy: int
    target: bool
    argument: int
    """The indices' number among the run-time inputs."""
    limits: tuple[int, ...]
    strides: tuple[int, ...]

    def places(self, indices: Values) -> Values:
        """Where the copy begins (N, 1), for the indices (N, dimensions)."""
        kept = np.clip(indices.astype(np.int64), 0, self.limits)
        return np.asarray(kept @ np.array(self.strides), np.int64)[:, np.newaxis]


@dataclass(frozen=True)
class Moves:
    """Outputs made of copies, all of one type; what no copy writes is `fill`. A later copy may write over an earlier one."""

    shapes: tuple[tuple[int, ...], ...]
    """Of the run-time inputs, for people."""
    outputs: tuple[tuple[int, ...], ...]
    """Shapes."""
    type: str
    """Of what is moved."""
    copies: tuple[Copy, ...]
    constants: Values | None = None
    """All constant inputs, one after the other."""
    fill: int | None = None
    start: Start | None = None
    in_place: tuple[int, ...] = ()
    """Run-time inputs that are copied whole at first, and not at all where the output takes their bytes."""

    @property
    def same_bytes(self) -> bool:
        """Whether the only output is the first run-time input in another shape."""
        if not len(self.shapes) == len(self.copies) == len(self.outputs) == 1 or self.constants is not None:
            return False
        elements = math.prod(self.outputs[0])
        return math.prod(self.shapes[0]) == elements and self.copies[0].whole(elements)

    def answer(self, *sources: Values) -> Values | tuple[Values, ...]:
        """Answer values (N, elements) of each run-time input with values (N, elements) of the output, or of each where there are several."""
        rows = len(sources[0])
        arrays = [*sources, *([] if self.constants is None else [np.broadcast_to(self.constants, (rows, len(self.constants)))])]
        answers = tuple(np.full((rows, math.prod(shape)), self.fill or 0, NUMPY_TYPES[self.type]) for shape in self.outputs)
        for number, copy in enumerate(self.copies):
            source, target = (np.broadcast_to(each, (rows, len(each))) for each in copy.places())
            if self.start is not None and self.start.copy == number:
                begins = self.start.places(sources[self.start.argument])
                source, target = (source, target + begins) if self.start.target else (source + begins, target)
            np.put_along_axis(answers[copy.target], target, np.take_along_axis(arrays[copy.source], source, 1), 1)
        return answers if len(answers) > 1 else answers[0]


def blocks(inputs: Sequence[Tensor], target: int, rows: int) -> tuple[Copy, ...]:
    """Copies that lay tensors side by side: `rows` times a block of each in turn."""
    at, constant, run_time, result = 0, 0, 0, []
    width = sum(tensor.elements // rows for tensor in inputs)
    numbers = sum(tensor.data is None for tensor in inputs)
    for tensor in inputs:
        size = tensor.elements // rows
        loops = simplified([Loop(rows, size, width), Loop(size, 1, 1)])
        if tensor.data is None:
            result.append(Copy(run_time, target, 0, at, loops))
            run_time += 1
        else:
            result.append(Copy(numbers, target, constant, at, loops))
            constant += tensor.elements
        at += size
    return tuple(result)


def pieces(outputs: Sequence[Tensor], rows: int) -> tuple[Copy, ...]:
    """Copies that take a tensor apart: `rows` times a block for each output in turn."""
    width = sum(tensor.elements // rows for tensor in outputs)
    result, at = [], 0
    for number, tensor in enumerate(outputs):
        size = tensor.elements // rows
        result.append(Copy(0, number, at, 0, simplified([Loop(rows, width, size), Loop(size, 1, 1)])))
        at += size
    return tuple(result)


def moved(
    operator: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor], types: Sequence[str], constants: bool = False
) -> list[Tensor]:
    """See that all are of one of these types and that something is computed at run time, unless they may be `constants`.

    TFLM's kernels move values whatever the scales are. With different ones the answers mean something else, but they are what TFLM answers.
    """
    given = [tensor for tensor in inputs if tensor is not None]
    if len(given) != len(inputs) or not given:
        raise refused(operator, "lacks an input")
    for tensor in (*given, *outputs):
        if tensor.type not in types:
            raise unsupported(operator, f"with {tensor.name} of type {tensor.type}")
        if tensor.type != outputs[0].type:
            raise refused(operator, f"moves {tensor.name} of type {tensor.type} to {outputs[0].name} of type {outputs[0].type}")
    if not constants and all(tensor.data is not None for tensor in given):
        raise unsupported(operator, "of constants alone")
    return given


def codes_of(tensor: Tensor) -> tuple[float, int] | None:
    """Scale and zero point of what the values of a tensor stand for; None without them."""
    return None if tensor.quantization is None else (tensor.quantization.scale, tensor.quantization.zero_point)


def constants_of(inputs: Sequence[Tensor]) -> Values | None:
    """The values of all constants in order, one after the other; None without one."""
    found = [tensor.values().ravel() for tensor in inputs if tensor.data is not None]
    return np.concatenate(found) if found else None


def integers(operator: Operator, place: int, what: str, count: int | None = None, types: Sequence[str] = ("INT32",)) -> list[int]:
    """A constant input of whole numbers, so many of them.

    Raises:
        ModelRefused: it is missing, of another type, or holds another number of them.
        UnsupportedOperator: it is computed at run time.
    """
    tensor = operator.inputs[place] if place < len(operator.inputs) else None
    if tensor is None or tensor.type not in types:
        raise refused(operator, f"has no {what} of type {' or '.join(types)}")
    if tensor.data is None:
        raise unsupported(operator, f"with {what} computed at run time")
    numbers = [int(each) for each in np.ravel(cast(NDArray[np.integer[Any]], tensor.values()))]
    if count is not None and len(numbers) != count:
        raise refused(operator, f"has {len(numbers)} {what} where {count} are needed")
    return numbers


def axis_of(operator: Operator, axis: int, rank: int) -> int:
    """An axis counted from the front."""
    if not -rank <= axis < rank:
        raise refused(operator, f"has the axis {axis} of {rank} dimensions")
    return axis % rank
