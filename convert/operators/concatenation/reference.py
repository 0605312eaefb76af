"""CONCATENATION as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import activation, whole
from plumbline.convert.operators.shared.checks import options_of, refused, unsupported
from plumbline.convert.operators.shared.data_movement.reference import Moves, axis_of, blocks, constants_of, moved


@dataclass(frozen=True)
class ConcatenationOptions:
    """Options of CONCATENATION."""

    axis: Annotated[int, whole(0)]
    """Negative from the back."""
    activation: Annotated[str, activation(1)]


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
    inputs, target = moved(operator, operator.inputs, operator.outputs), operator.outputs[0]
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
    return Moves(shapes, (target.shape,), constants_of(inputs), blocks(inputs, 0, math.prod(target.shape[:axis])))
