"""TRANSPOSE as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import Copy, Loop, simplified, strides
from plumbline.convert.operators.shared.data_movement.reference import Moves, integers, moved

TYPES = ("INT8", "INT16")
"""Of TFLM's kernel (TransposeEval in transpose.cc)."""
LARGEST_RANK = 5
"""Of TFLM's kernel (TransposePrepare in transpose_common.cc)."""


def check_transpose(operator: Operator) -> Moves:
    """Check a TRANSPOSE operator and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    arity(operator, 2)
    (source,), target = moved(operator, operator.inputs[:1], operator.outputs, TYPES), operator.outputs[0]
    rank = len(source.shape)
    order = integers(operator, 1, "dimensions in its order", rank)
    if not 1 <= rank <= LARGEST_RANK:
        raise unsupported(operator, f"of {rank} dimensions")
    if sorted(order) != list(range(rank)) or target.shape != tuple(source.shape[axis] for axis in order):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} in the order {order}")
    steps = strides(source.shape)
    loops = [Loop(size, steps[axis], to) for size, axis, to in zip(target.shape, order, strides(target.shape), strict=True)]
    return Moves((source.shape,), (target.shape,), target.type, (Copy(0, 0, 0, 0, simplified(loops)),))
