"""PACK as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole
from plumbline.convert.operators.shared.checks import options_of, refused
from plumbline.convert.operators.shared.data_movement.reference import Moves, axis_of, blocks, constants_of, moved


@dataclass(frozen=True)
class PackOptions:
    """Options of PACK."""

    count: Annotated[int, whole(0)]
    """Of inputs."""
    axis: Annotated[int, whole(1)]
    """Of the output; negative from the back."""


TYPES = ("INT8", "INT16", "INT32")
"""Of TFLM's kernel (PackEval in pack.cc), which takes INT64 as well."""


def check_pack(operator: Operator) -> Moves:
    """Check a PACK operator and work out its copies.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, PackOptions)
    if len(operator.outputs) != 1 or options.count != len(operator.inputs):
        raise refused(operator, f"of {options.count} has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")
    inputs, target = moved(operator, operator.inputs, operator.outputs, (*TYPES, "INT64")), operator.outputs[0]
    axis = axis_of(operator, options.axis, len(target.shape))
    shape = (*target.shape[:axis], *target.shape[axis + 1 :])
    if target.shape[axis] != len(inputs) or any(tensor.shape != shape for tensor in inputs):
        raise refused(operator, f"stacks shapes {', '.join(str(tensor.shape) for tensor in inputs)} to {target.shape} along axis {axis}")
    shapes = tuple(tensor.shape for tensor in inputs)
    return Moves(shapes, (target.shape,), target.type, blocks(inputs, 0, math.prod(target.shape[:axis])), constants_of(inputs))
