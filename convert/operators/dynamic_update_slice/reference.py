"""DYNAMIC_UPDATE_SLICE as integers."""

from __future__ import annotations

from collections.abc import Mapping

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import Copy, Loop, simplified, strides
from plumbline.convert.operators.shared.data_movement.reference import WHOLE, Moves, Start, constants_of, integers, moved

TYPES = ("INT8", "INT16", "INT32")
"""Of TFLM's kernel (Eval in dynamic_update_slice.cc)."""
LARGEST_RANK = 6
"""Of the same (RuntimeShape::kMaxSmallSize)."""


def check_dynamic_update_slice(operator: Operator) -> Moves:
    """Check a DYNAMIC_UPDATE_SLICE operator and work out its copies: the whole operand, then the part over it.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    arity(operator, 3)
    begin, target = operator.inputs[2], operator.outputs[0]
    at_run_time = begin is not None and begin.data is None
    source, part = moved(operator, operator.inputs[:2], operator.outputs, TYPES, constants=at_run_time)
    rank = len(source.shape)
    if not 1 <= rank <= LARGEST_RANK:
        raise unsupported(operator, f"of {rank} dimensions")
    room = tuple(size - taken for size, taken in zip(source.shape, part.shape, strict=False))
    if len(part.shape) != rank or min(room) < 0 or target.shape != source.shape:
        raise refused(operator, f"replaces a part of shape {part.shape} of {source.shape} and makes {target.shape}")
    ahead = strides(source.shape)
    loops = simplified([Loop(size, own, to) for size, own, to in zip(part.shape, strides(part.shape), ahead, strict=True)])
    start, at = None, 0
    if begin is not None and at_run_time:
        if begin.type != "INT32" or begin.shape != (rank,):
            raise unsupported(operator, f"that begins at {begin.name} of type {begin.type} and shape {begin.shape}")
        start = Start(1, True, operator.run_time_inputs.index(begin), room, tuple(ahead))
    else:
        begins = integers(operator, 2, "begins", rank, WHOLE)
        at = sum(min(max(first, 0), most) * step for first, most, step in zip(begins, room, ahead, strict=True))
    run_time = [tensor.data is None for tensor in (source, part)]
    numbers = len(operator.run_time_inputs)
    first = 0 if run_time[0] else numbers
    second = int(run_time[0]) if run_time[1] else numbers
    part_at = source.elements if not any(run_time) else 0
    copies = (Copy(first, 0, 0, 0, simplified([Loop(source.elements, 1, 1)])), Copy(second, 0, part_at, at, loops))
    shapes = tuple(tensor.shape for tensor in operator.run_time_inputs)
    constants = constants_of([source, part])
    in_place = (0,) if run_time[0] else ()
    return Moves(shapes, (target.shape,), target.type, copies, constants, start=start, in_place=in_place)


def counted(operator: Operator) -> Mapping[int, tuple[int, ...]]:
    """Where a part may begin; further on it is kept within the tensor."""
    source, begin = operator.inputs[0], operator.inputs[2]
    return {2: source.shape} if source is not None and begin is not None and begin.computed else {}
