"""REDUCE_MAX and REDUCE_MIN, and ARG_MAX and ARG_MIN, which answer with its place instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.shared.checks import arity, int8, refused, unsupported
from plumbline.convert.operators.shared.reduction.reference import Reduction, reduction, resolved


@dataclass(frozen=True)
class ExtremeReference(Reduction):
    """The largest or the smallest of the codes along `axes`, or the place of the first such along the only axis."""

    largest: bool
    place: bool
    input: Quantization

    def answer(self, codes: NDArray[np.int8]) -> NDArray[Any]:
        """Answer codes (N, elements) with codes (N, elements / summands) as ReduceGeneric in reduce.h does, or with places as ArgMinMax."""
        lines = self.lined_up(codes)
        if self.place:
            return np.asarray(lines.argmax(axis=2) if self.largest else lines.argmin(axis=2), np.int32)
        return np.asarray(lines.max(axis=2) if self.largest else lines.min(axis=2))


def extreme(operator: Operator, largest: bool) -> ExtremeReference:
    """Check a REDUCE_MAX or REDUCE_MIN; raises what `reduction` raises, and ModelRefused for input and output of different scales."""
    source, target, over = reduction(operator, ("INT8",))
    one, other = source.quantized, target.quantized
    if (one.scale, one.zero_point) != (other.scale, other.zero_point):
        raise refused(
            operator,
            f"changes the scale from {one.scale:g} to {other.scale:g} or the zero point from {one.zero_point} to {other.zero_point}, "
            "which TensorFlow Lite Micro refuses",
        )
    return ExtremeReference(over.shape, over.axes, largest, False, one)


def place_of_extreme(operator: Operator, largest: bool) -> ExtremeReference:
    """Check an ARG_MAX or ARG_MIN.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is not from int8 to int32, of several axes, or of an axis or input that is known only at run time, or beforehand.
    """
    arity(operator, 2)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    int8(operator, source)
    if source.data is not None:
        raise unsupported(operator, "of a constant")
    if target.type != "INT32":
        raise unsupported(operator, f"to {target.name} of type {target.type}, which TensorFlow Lite Micro does not write,")
    axes = resolved(operator, source)
    if len(axes) != 1:
        raise refused(operator, f"of {len(source.shape)} dimensions has the axes {axes}, not one")
    if target.shape != tuple(size for axis, size in enumerate(source.shape) if axis not in axes):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} over the axis {axes[0]}")
    return ExtremeReference(source.shape, axes, largest, True, source.quantized)
