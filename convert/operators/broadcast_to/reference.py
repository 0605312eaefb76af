"""BROADCAST_TO as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.broadcast import broadcast, extended
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import taken
from plumbline.convert.operators.shared.data_movement.reference import EVERY_TYPE, WHOLE, Moves, integers, moved

LARGEST_RANK = 5
"""Of TFLM's kernel (kMaxDims in broadcast_to.cc)."""


def check_broadcast_to(operator: Operator) -> Moves:
    """Check a BROADCAST_TO operator and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    arity(operator, 2)
    (source,), target = moved(operator, operator.inputs[:1], operator.outputs, (*EVERY_TYPE, "INT64")), operator.outputs[0]
    rank = len(target.shape)
    if rank > LARGEST_RANK:
        raise unsupported(operator, f"to {rank} dimensions")
    shape = tuple(integers(operator, 1, "sizes", rank, WHOLE))
    if shape != target.shape or len(source.shape) > rank or broadcast(source.shape, shape) != shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by the sizes {list(shape)}")
    sizes = extended(source.shape, rank)
    copy = taken(sizes, [range(size) if size == wanted else [0] * wanted for size, wanted in zip(sizes, shape, strict=True)])
    return Moves((source.shape,), (target.shape,), target.type, (copy,))
