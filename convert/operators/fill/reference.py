"""FILL as copies of its value."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import Copy, Loop, simplified
from plumbline.convert.operators.shared.data_movement.reference import Moves, moved

TYPES = ("INT8", "INT32")
"""Of TFLM's kernel (FillEval in fill.cc), which has float32 besides."""
DIMENSIONS = ("INT8", "INT16", "INT32", "INT64")


def check_fill(operator: Operator) -> Moves:
    """Check a FILL operator, as FillPrepare in fill.cc does.

    Raises:
        ModelRefused: the value is no scalar, or the output has another shape than is said.
        UnsupportedOperator: the shape is computed at run time, the value is a constant, or of another type.
    """
    arity(operator, 2)
    dimensions, target = operator.inputs[0], operator.outputs[0]
    if dimensions is None or dimensions.type not in DIMENSIONS or dimensions.data is None:
        raise unsupported(operator, "to a shape that is no constant")
    (value,) = moved(operator, operator.inputs[1:], operator.outputs, (*TYPES, "FLOAT32"))
    said = tuple(int(size) for size in dimensions.values().ravel())
    if value.shape != () or len(dimensions.shape) != 1 or said != target.shape:
        raise refused(operator, f"of a value of shape {value.shape} to {said} writes {target.shape}")
    return Moves(((),), (target.shape,), target.type, (Copy(0, 0, 0, 0, simplified([Loop(target.elements, 0, 1)])),))
