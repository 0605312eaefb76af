"""SPLIT_V as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole
from plumbline.convert.operators.shared.checks import options_of, refused, unsupported
from plumbline.convert.operators.shared.data_movement.reference import Moves, axis_of, integers, moved, pieces
from plumbline.convert.operators.split.reference import TYPES


@dataclass(frozen=True)
class SplitVOptions:
    """Options of SPLIT_V."""

    count: Annotated[int, whole(0)]
    """Of outputs."""


def check_split_v(operator: Operator) -> Moves:
    """Check a SPLIT_V operator and work out its copies. The sizes are the outputs': TFLM does not read the input that repeats them either.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, SplitVOptions)
    if len(operator.inputs) != 3 or options.count != len(operator.outputs):
        raise refused(operator, f"into {options.count} has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")
    (given,) = integers(operator, 2, "axis", 1)
    (source,) = moved(operator, operator.inputs[:1], operator.outputs, TYPES)
    if operator.inputs[1] is None or operator.inputs[1].data is None:
        raise unsupported(operator, "with sizes computed at run time")
    axis = axis_of(operator, given, len(source.shape))
    outputs = tuple(tensor.shape for tensor in operator.outputs)
    rest = (*source.shape[:axis], *source.shape[axis + 1 :])
    fits = all(len(shape) == len(source.shape) and (*shape[:axis], *shape[axis + 1 :]) == rest for shape in outputs)
    if not fits or sum(shape[axis] for shape in outputs) != source.shape[axis]:
        raise refused(operator, f"takes shape {source.shape} apart into {', '.join(map(str, outputs))} along axis {axis}")
    return Moves((source.shape,), outputs, source.type, pieces(operator.outputs, math.prod(source.shape[:axis])))
