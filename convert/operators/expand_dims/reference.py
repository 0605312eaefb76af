"""EXPAND_DIMS as integers: the same bytes in a shape with one more dimension."""

from __future__ import annotations

from typing import cast

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.same_bytes.reference import SameBytes, check_same_bytes

TYPES = ("INT8", "INT16")
"""Of TFLM's kernel (ExpandDimsEval in expand_dims.cc), which has float32 besides."""


def check_expand_dims(operator: Operator) -> SameBytes:
    """Check an EXPAND_DIMS operator as VerifyTensorDim in expand_dims.cc does.

    Raises:
        ModelRefused: its output has no dimension of 1 at the axis, and those of the input beside it.
        UnsupportedOperator: the axis is computed at run time or no int32; and see `check_same_bytes`.
    """
    arity(operator, 2)
    source, axis, target = cast(Tensor, operator.inputs[0]), operator.inputs[1], operator.outputs[0]
    if axis is None or axis.type != "INT32" or axis.elements != 1 or len(axis.shape) > 1:
        raise unsupported(operator, "without an axis of type INT32")
    if axis.data is None:
        raise unsupported(operator, "along an axis computed at run time")
    rank = len(source.shape) + 1
    place = int(axis.values().item())
    place += rank if place < 0 else 0
    if not 0 <= place < rank or target.shape != (*source.shape[:place], 1, *source.shape[place:]):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with a new axis {place}")
    return check_same_bytes(operator, (*TYPES, "FLOAT32"))
