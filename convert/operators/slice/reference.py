"""SLICE as integers."""

from __future__ import annotations

from collections.abc import Mapping

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import strides, taken
from plumbline.convert.operators.shared.data_movement.reference import WHOLE, Moves, Start, constants_of, integers, moved

TYPES = ("INT8", "INT16", "INT32", "BOOL")
"""Of TFLM's kernel (SliceEval in slice.cc)."""
LARGEST_RANK = 5
"""Of the same (kMaxDim)."""


def check_slice(operator: Operator) -> Moves:
    """Check a SLICE operator and work out its loops.

    A beginning that is computed at run time is kept where the whole part lies within the tensor. TFLM does not look, and reads what is beside it.

    Raises:
        ModelRefused: its tensors contradict each other, or it reads beyond its input.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    arity(operator, 3)
    begin, target = operator.inputs[1], operator.outputs[0]
    at_run_time = begin is not None and begin.data is None
    (source,) = moved(operator, operator.inputs[:1], operator.outputs, TYPES, constants=at_run_time)
    rank = len(source.shape)
    if not 1 <= rank <= LARGEST_RANK:
        raise unsupported(operator, f"of {rank} dimensions")
    if begin is not None and at_run_time:
        if begin.type != "INT32" or begin.shape != (rank,):
            raise unsupported(operator, f"that begins at {begin.name} of type {begin.type} and shape {begin.shape}")
        sizes = [source.shape[axis] if size == -1 else size for axis, size in enumerate(integers(operator, 2, "sizes", rank, WHOLE))]
        check_part(operator, source, [0] * rank, sizes)
        limits = tuple(room - size for room, size in zip(source.shape, sizes, strict=True))
        start = Start(0, False, int(source.data is None), limits, tuple(strides(source.shape)))
        copy = taken(source.shape, [range(size) for size in sizes])
        shapes = tuple(tensor.shape for tensor in operator.run_time_inputs)
        return Moves(shapes, (target.shape,), target.type, (copy,), constants_of([source]), start=start)
    begins = integers(operator, 1, "begins", rank, WHOLE)
    given = integers(operator, 2, "sizes", rank, WHOLE)
    sizes = [room - first if size == -1 else size for room, first, size in zip(source.shape, begins, given, strict=True)]
    check_part(operator, source, begins, sizes)
    places = [range(first, first + size) for first, size in zip(begins, sizes, strict=True)]
    return Moves((source.shape,), (target.shape,), target.type, (taken(source.shape, places),))


def check_part(operator: Operator, source: Tensor, begins: list[int], sizes: list[int]) -> None:
    """See that a part lies within its source and is what the output holds."""
    inside = all(first >= 0 and size > 0 and first + size <= room for first, size, room in zip(begins, sizes, source.shape, strict=True))
    if not inside or operator.outputs[0].shape != tuple(sizes):
        raise refused(operator, f"maps shape {source.shape} to {operator.outputs[0].shape} from {begins} on with the sizes {sizes}")


def counted(operator: Operator) -> Mapping[int, tuple[int, ...]]:
    """Where it may begin along each axis."""
    source, begin = operator.inputs[0], operator.inputs[1]
    if source is None or begin is None or not begin.computed:
        return {}
    return {1: tuple(room - size + 1 for room, size in zip(source.shape, operator.outputs[0].shape, strict=True))}
