"""CONCATENATION as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.options import activation, whole
from plumbline.convert.operators.shared.checks import options_of, refused, unsupported
from plumbline.convert.operators.shared.data_movement.reference import Moves, axis_of, blocks, codes_of, constants_of, moved


@dataclass(frozen=True)
class ConcatenationOptions:
    """Options of CONCATENATION."""

    axis: Annotated[int, whole(0)]
    """Negative from the back."""
    activation: Annotated[str, activation(1)]


TYPES = ("INT8", "INT16", "INT32", "BOOL")
"""Of TFLM's kernel (ConcatenationPrepare in concatenation.cc), which takes INT64 as well."""
MOST = 10
"""Inputs that TFLM's kernel takes (kMaxInputNum in concatenation.cc)."""


def check_concatenation(operator: Operator) -> Moves:
    """Check a CONCATENATION operator and work out its copies.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, ConcatenationOptions)
    if options.activation != "NONE":
        raise unsupported(operator, f"with the fused activation {options.activation}")
    if len(operator.outputs) != 1:
        raise refused(operator, f"has {len(operator.outputs)} outputs")
    inputs, target = moved(operator, operator.inputs, operator.outputs, (*TYPES, "INT64")), operator.outputs[0]
    check_scales(operator, inputs, target)
    if len(inputs) > MOST:
        raise unsupported(operator, f"of {len(inputs)} inputs (up to {MOST})")
    axis = axis_of(operator, options.axis, len(target.shape))
    rest = (*target.shape[:axis], *target.shape[axis + 1 :])
    for tensor in inputs:
        if len(tensor.shape) != len(target.shape) or (*tensor.shape[:axis], *tensor.shape[axis + 1 :]) != rest:
            raise refused(operator, f"joins shape {tensor.shape} to {target.shape} along axis {axis}")
    if sum(tensor.shape[axis] for tensor in inputs) != target.shape[axis]:
        raise refused(operator, f"joins shapes {', '.join(str(tensor.shape) for tensor in inputs)} to {target.shape} along axis {axis}")
    shapes = tuple(tensor.shape for tensor in inputs)
    return Moves(shapes, (target.shape,), target.type, blocks(inputs, 0, math.prod(target.shape[:axis])), constants_of(inputs))


def check_scales(operator: Operator, inputs: list[Tensor], target: Tensor) -> None:
    """TFLM refuses what it would not join rightly: int8 of different scales or zero points, and int16 with a zero point (ConcatenationPrepare)."""
    for tensor in (*inputs, target):
        if target.type == "INT16" and tensor.quantization is not None and tensor.quantization.zero_point:
            raise refused(operator, f"has the zero point {tensor.quantization.zero_point} of {tensor.name}, of type INT16")
        if target.type == "INT8" and codes_of(tensor) != codes_of(target):
            raise refused(operator, f"joins {tensor.name} to {target.name}, which have different scales or zero points")
