"""UNPACK as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole
from plumbline.convert.operators.shared.checks import options_of, refused
from plumbline.convert.operators.shared.data_movement.reference import Moves, axis_of, moved, pieces


@dataclass(frozen=True)
class UnpackOptions:
    """Options of UNPACK."""

    count: Annotated[int, whole(0)]
    """Of outputs."""
    axis: Annotated[int, whole(1)]
    """Negative from the back."""


TYPES = ("INT8", "INT16", "INT32")
"""Of TFLM's kernel (UnpackEval in unpack.cc)."""


def check_unpack(operator: Operator) -> Moves:
    """Check an UNPACK operator and work out its copies.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, UnpackOptions)
    if len(operator.inputs) != 1 or options.count != len(operator.outputs):
        raise refused(operator, f"into {options.count} has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")
    (source,) = moved(operator, operator.inputs, operator.outputs, TYPES)
    axis = axis_of(operator, options.axis, len(source.shape))
    shape = (*source.shape[:axis], *source.shape[axis + 1 :])
    if source.shape[axis] != len(operator.outputs) or any(tensor.shape != shape for tensor in operator.outputs):
        raise refused(operator, f"takes shape {source.shape} apart into {len(operator.outputs)} of {operator.outputs[0].shape} along axis {axis}")
    outputs = tuple(tensor.shape for tensor in operator.outputs)
    return Moves((source.shape,), outputs, source.type, pieces(operator.outputs, math.prod(source.shape[:axis])))
