"""REVERSE_V2 as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import MOST, taken
from plumbline.convert.operators.shared.data_movement.reference import EVERY_TYPE, Moves, axis_of, integers, moved


def check_reverse_v2(operator: Operator) -> Moves:
    """Check a REVERSE_V2 operator and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form that TFLM's kernel refuses (ReverseV2Eval in reverse.cc).
    """
    arity(operator, 2)
    (source,), target = moved(operator, operator.inputs[:1], operator.outputs, (*EVERY_TYPE, "INT64")), operator.outputs[0]
    rank = len(source.shape)
    if not 1 <= rank <= MOST:
        raise unsupported(operator, f"of {rank} dimensions")
    axes = sorted(axis_of(operator, axis, rank) for axis in integers(operator, 1, "axes"))
    if not axes or axes != list(range(axes[0], axes[0] + len(axes))):
        raise unsupported(operator, f"along the axes {axes}, which TensorFlow Lite Micro wants one after the other,")
    if target.shape != source.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    places = [range(size)[:: -1 if axis in axes else 1] for axis, size in enumerate(source.shape)]
    return Moves((source.shape,), (target.shape,), target.type, (taken(source.shape, places),))
