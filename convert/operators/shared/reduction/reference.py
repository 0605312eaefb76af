"""What all reductions share: the axes that they reduce, and the loops over what is kept and what is not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.options import flag
from plumbline.convert.operators.shared.checks import arity, one_of, refused, unsupported


@dataclass(frozen=True)
class ReducerOptions:
    """Options of MEAN, SUM, REDUCE_MAX, REDUCE_MIN and REDUCE_ALL."""

    keep_dims: Annotated[bool, flag(0)]
    """Whether the reduced dimensions stay, as 1; the output tensor's own shape is what counts."""


@dataclass(frozen=True)
class Run:
    """Neighbouring dimensions of the input that are all reduced, or all kept, walked as one."""

    count: int
    stride: int
    """In elements of the input."""
    reduced: bool


@dataclass(frozen=True)
class Reduction:
    """Answers each combination of the kept dimensions of `shape` with one number for all of `axes`, which are in order."""

    shape: tuple[int, ...]
    axes: tuple[int, ...]

    @property
    def summands(self) -> int:
        """How many numbers become one."""
        return math.prod(self.shape[axis] for axis in self.axes)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The input's dimensions from the outermost on, without those of size 1."""
        result: list[Run] = []
        stride = 1
        for axis, size in reversed(list(enumerate(self.shape))):
            reduced = axis in self.axes
            if size > 1 and result and result[-1].reduced == reduced:
                result[-1] = Run(result[-1].count * size, result[-1].stride, reduced)
            elif size > 1:
                result.append(Run(size, stride, reduced))
            stride *= size
        return tuple(reversed(result))

    def lined_up(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values (N, elements) as (N, kept, reduced), each of the latter in the order of the input."""
        kept = [axis for axis in range(len(self.shape)) if axis not in self.axes]
        order = [0, *(axis + 1 for axis in (*kept, *self.axes))]
        return values.reshape(len(values), *self.shape).transpose(order).reshape(len(values), -1, self.summands)


def reduction(operator: Operator, types: tuple[str, ...]) -> tuple[Tensor, Tensor, Reduction]:
    """Check the tensors of a reduction that keeps its type: input, output, and what is reduced.

    Raises:
        ModelRefused: they contradict each other.
        UnsupportedOperator: it is of another type, or of axes or an input that are known only at run time, or beforehand.
    """
    arity(operator, 2)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    one_of(operator, source, types)
    one_of(operator, target, (source.type,))
    if source.data is not None:
        raise unsupported(operator, "of a constant")
    for tensor in (source, target):
        if tensor.quantization is None and tensor.type != "BOOL":
            raise unsupported(operator, f"with {tensor.name} of type {tensor.type}, not quantized")
    axes = resolved(operator, source)
    kept = tuple(size for axis, size in enumerate(source.shape) if axis not in axes)
    if target.shape not in (kept, tuple(1 if axis in axes else size for axis, size in enumerate(source.shape))):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} over the axes {axes}")
    return source, target, Reduction(source.shape, axes)


def resolved(operator: Operator, source: Tensor) -> tuple[int, ...]:
    """The axes in order, each once and counted from the front. Those of a single number count for nothing."""
    axis = operator.inputs[1]
    if axis is None or axis.type != "INT32":
        raise refused(operator, "has no axes of type INT32")
    if axis.data is None:
        raise unsupported(operator, "over axes computed at run time")
    rank, given = len(source.shape), [int(each) for each in np.ravel(cast(NDArray[np.int32], axis.values()))]
    if rank and not all(-rank <= each < rank for each in given):
        raise refused(operator, f"has the axes {given} of {rank} dimensions")
    return tuple(sorted({each % rank for each in given})) if rank else ()
