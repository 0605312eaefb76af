"""MEAN as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import INT8, LARGEST_SCALED, Multiplier
from plumbline.convert.operators.options import flag
from plumbline.convert.operators.shared.checks import activations, arity, refused, unsupported


@dataclass(frozen=True)
class ReducerOptions:
    """Options of MEAN."""

    keep_dims: Annotated[bool, flag(0)]
    """Whether the averaged dimensions stay, as 1; the output tensor's own shape is what counts."""


@dataclass(frozen=True)
class Run:
    """Neighbouring dimensions of the input that are all averaged, or all kept, walked as one."""

    count: int
    stride: int
    """In elements of the input."""
    averaged: bool


@dataclass(frozen=True)
class MeanReference:
    """clamp(multiplier * sum of (code - input zero point) + output zero point), the sum running over `axes` of `shape`."""

    shape: tuple[int, ...]
    axes: tuple[int, ...]
    multiplier: Multiplier
    """Input scale / output scale / number of summands."""
    input: Quantization
    output: Quantization

    @property
    def summands(self) -> int:
        return math.prod(self.shape[axis] for axis in self.axes)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The input's dimensions from the outermost on, without those of size 1."""
        result: list[Run] = []
        stride = 1
        for axis, size in reversed(list(enumerate(self.shape))):
            averaged = axis in self.axes
            if size > 1 and result and result[-1].averaged == averaged:
                result[-1] = Run(result[-1].count * size, result[-1].stride, averaged)
            elif size > 1:
                result.append(Run(size, stride, averaged))
            stride *= size
        return tuple(reversed(result))

    def answer(self, codes: NDArray[np.int8]) -> NDArray[np.int8]:
        """Answer codes (N, elements) with codes (N, elements / summands), as QuantizedMeanOrSum in reduce.h does."""
        wide = codes.reshape(len(codes), *self.shape).astype(np.int64) - self.input.zero_point
        sums = wide.sum(axis=tuple(axis + 1 for axis in self.axes)).reshape(len(codes), -1)
        return cast(NDArray[np.int8], np.clip(self.multiplier.apply(sums) + self.output.zero_point, *INT8).astype(np.int8))


def check_mean(operator: Operator) -> MeanReference:
    """Check a MEAN operator and work out its multiplier.

    Raises:
        ModelRefused: its tensors contradict each other, or a sum could exceed 2^30.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    arity(operator, 2)
    source, target = activations(operator)
    axes = resolved(operator, source)
    kept = tuple(size for axis, size in enumerate(source.shape) if axis not in axes)
    if target.shape not in (kept, tuple(1 if axis in axes else size for axis, size in enumerate(source.shape))):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} over the axes {axes}")
    one, other = source.quantized, target.quantized
    summands = math.prod(source.shape[axis] for axis in axes)
    whole = Multiplier.of(min(one.scale / other.scale, 2.0**31))
    bits = min(summands.bit_length() - 1, 31 + whole.shift)  # keeps as many of the mantissa's bits as a shift by 31 leaves
    multiplier = Multiplier((whole.mantissa << bits) // summands, whole.shift - bits)
    largest = summands * max(127 - one.zero_point, one.zero_point + 128)
    if max(largest, summands * 128) << multiplier.left_shift > LARGEST_SCALED:
        raise refused(operator, f"has sums of up to {largest}, shifted left by {multiplier.left_shift}, which exceed 30 bits")
    return MeanReference(source.shape, axes, multiplier, one, other)


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
