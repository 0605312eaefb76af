"""What PAD, TRANSPOSE, CONCATENATION, SPLIT, PACK, UNPACK and STRIDED_SLICE share: they move codes from place to place and compute nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.shared.checks import int8, refused, unsupported

Codes = NDArray[np.int8]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Loop:
    """`count` steps through memory, so many codes apart in the source and in the target."""

    count: int
    source: int
    target: int


@dataclass(frozen=True)
class Copy:
    """Nested loops that copy codes from `source_at` on to `target_at` on; without a loop, one code."""

    source: int
    """Which of the operator's arrays: first its run-time inputs in order, then one with all its constants, one after the other."""
    target: int
    """Which of its outputs."""
    source_at: int
    target_at: int
    loops: tuple[Loop, ...]
    """From the outermost on."""

    def places(self) -> tuple[Places, Places]:
        """The codes' places in the source and in the target."""
        source, target = np.array([self.source_at]), np.array([self.target_at])
        for loop in self.loops:
            steps = np.arange(loop.count)
            source, target = ((at[:, np.newaxis] + steps * stride).ravel() for at, stride in ((source, loop.source), (target, loop.target)))
        return source, target


@dataclass(frozen=True)
class Moves:
    """Outputs made of copies; what no copy writes is `fill`."""

    shapes: tuple[tuple[int, ...], ...]
    """Of the run-time inputs, for people."""
    outputs: tuple[tuple[int, ...], ...]
    """Shapes."""
    constants: Codes
    """All constant inputs, one after the other."""
    copies: tuple[Copy, ...]
    fill: int | None = None

    def answer(self, *sources: Codes) -> Codes | tuple[Codes, ...]:
        """Answer codes (N, elements) of each run-time input with codes (N, elements) of the output, or of each where there are several."""
        rows = len(sources[0])
        arrays = [*sources, np.broadcast_to(self.constants, (rows, len(self.constants)))]
        answers = tuple(np.full((rows, math.prod(shape)), self.fill or 0, np.int8) for shape in self.outputs)
        for copy in self.copies:
            source, target = copy.places()
            answers[copy.target][:, target] = arrays[copy.source][:, source]
        return answers if len(answers) > 1 else answers[0]


def simplified(loops: Sequence[Loop]) -> tuple[Loop, ...]:
    """The same walk with neighbouring loops joined where one goes on as the other, and without loops of one step."""
    result: list[Loop] = []
    for loop in loops:
        if loop.count == 1:
            continue
        outer = result[-1] if result else None
        if outer and outer.source == loop.count * loop.source and outer.target == loop.count * loop.target:
            result[-1] = Loop(outer.count * loop.count, loop.source, loop.target)
        else:
            result.append(loop)
    return tuple(result)


def strides(shape: Sequence[int]) -> list[int]:
    """How many codes apart two neighbours along each dimension lie."""
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


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


def moved(operator: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> list[Tensor]:
    """See that all are int8 of one scale and zero point, and that something is computed at run time.

    TFLM's kernels move the codes whatever the scales are; with different ones the answers would be wrong.
    """
    given = [tensor for tensor in inputs if tensor is not None]
    if len(given) != len(inputs) or not given:
        raise refused(operator, "lacks an input")
    for tensor in (*given, *outputs):
        int8(operator, tensor)
    first = outputs[0].quantized
    for tensor in (*given, *outputs):
        if (tensor.quantized.scale, tensor.quantized.zero_point) != (first.scale, first.zero_point):
            raise refused(operator, f"moves codes between {tensor.name} and {outputs[0].name}, which have different scales or zero points")
    if all(tensor.data is not None for tensor in given):
        raise unsupported(operator, "of constants alone")
    return given


def constants_of(inputs: Sequence[Tensor]) -> Codes:
    """The codes of all constants in order, one after the other."""
    return np.concatenate([np.empty(0, np.int8), *(cast(Codes, tensor.values()).ravel() for tensor in inputs if tensor.data is not None)])


def integers(operator: Operator, place: int, what: str, count: int | None = None) -> list[int]:
    """A constant input of int32 numbers, so many of them.

    Raises:
        ModelRefused: it is missing, of another type, or holds another number of them.
        UnsupportedOperator: it is computed at run time.
    """
    tensor = operator.inputs[place] if place < len(operator.inputs) else None
    if tensor is None or tensor.type != "INT32":
        raise refused(operator, f"has no {what} of type INT32")
    if tensor.data is None:
        raise unsupported(operator, f"with {what} computed at run time")
    numbers = [int(each) for each in np.ravel(cast(NDArray[np.int32], tensor.values()))]
    if count is not None and len(numbers) != count:
        raise refused(operator, f"has {len(numbers)} {what} where {count} are needed")
    return numbers


def axis_of(operator: Operator, axis: int, rank: int) -> int:
    """An axis counted from the front."""
    if not -rank <= axis < rank:
        raise refused(operator, f"has the axis {axis} of {rank} dimensions")
    return axis % rank
