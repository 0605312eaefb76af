"""SPLIT as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole
from plumbline.convert.operators.shared.checks import options_of, refused
from plumbline.convert.operators.shared.data_movement.reference import Moves, axis_of, integers, moved, pieces


@dataclass(frozen=True)
class SplitOptions:
    """Options of SPLIT."""

    count: Annotated[int, whole(0)]
    """Of outputs."""


TYPES = ("INT8", "INT16", "INT32")
"""Of TFLM's kernel (SplitEval in split.cc)."""


def check_split(operator: Operator) -> Moves:
    """Check a SPLIT operator and work out its copies.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, SplitOptions)
    if len(operator.inputs) != 2 or options.count != len(operator.outputs):
        raise refused(operator, f"into {options.count} has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")
    (given,) = integers(operator, 0, "axis", 1)
    (source,) = moved(operator, operator.inputs[1:], operator.outputs, TYPES)
    axis = axis_of(operator, given, len(source.shape))
    shape = tuple(size // len(operator.outputs) if i == axis else size for i, size in enumerate(source.shape))
    if source.shape[axis] % len(operator.outputs) or any(tensor.shape != shape for tensor in operator.outputs):
        raise refused(operator, f"takes shape {source.shape} apart into {len(operator.outputs)} of {operator.outputs[0].shape} along axis {axis}")
    outputs = tuple(tensor.shape for tensor in operator.outputs)
    return Moves((source.shape,), outputs, source.type, pieces(operator.outputs, math.prod(source.shape[:axis])))
