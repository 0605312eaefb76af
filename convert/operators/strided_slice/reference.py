"""STRIDED_SLICE as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import flag, whole
from plumbline.convert.operators.shared.checks import arity, options_of, refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import taken
from plumbline.convert.operators.shared.data_movement.reference import Moves, integers, moved


@dataclass(frozen=True)
class StridedSliceOptions:
    """Options of STRIDED_SLICE; in a mask, bit i stands for axis i."""

    begin_mask: Annotated[int, whole(0)]
    """Axes whose begin does not count: they are taken from their end."""
    end_mask: Annotated[int, whole(1)]
    ellipsis_mask: Annotated[int, whole(2)]
    new_axis_mask: Annotated[int, whole(3)]
    shrink_axis_mask: Annotated[int, whole(4)]
    """Axes of which one place is taken and which the output lacks."""
    offset: Annotated[bool, flag(5)]
    """Whether ends count from the begins."""


TYPES = ("INT8", "INT16", "INT32", "BOOL")
"""Of TFLM's kernel (StridedSliceEval in strided_slice.cc)."""
LARGEST_RANK = 4
"""Of TFLM's kernel (kMaxDim in strided_slice_common.cc)."""


def check_strided_slice(operator: Operator) -> Moves:
    """Check a STRIDED_SLICE operator and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other, or it reads beyond its input.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, StridedSliceOptions)
    arity(operator, 4)
    (source,), target = moved(operator, operator.inputs[:1], operator.outputs, TYPES), operator.outputs[0]
    rank = len(source.shape)
    if not 1 <= rank <= LARGEST_RANK:
        raise unsupported(operator, f"of {rank} dimensions")
    if options.ellipsis_mask or options.new_axis_mask or options.offset:
        raise unsupported(operator, "with an ellipsis, a new axis or relative ends")  # TFLM's kernel would ignore them
    begins, ends, by = (integers(operator, place, what, rank) for place, what in ((1, "begins"), (2, "ends"), (3, "strides")))
    places, kept = [], []
    for axis, size in enumerate(source.shape):
        shrinks = bool(options.shrink_axis_mask >> axis & 1)
        if by[axis] == 0 or (shrinks and by[axis] < 0):
            raise refused(operator, f"has the stride {by[axis]} along axis {axis}")
        start = first(begins[axis], size, by[axis], bool(options.begin_mask >> axis & 1))
        stop = start + 1 if shrinks else last(ends[axis], size, by[axis], bool(options.end_mask >> axis & 1))
        count = 1 if shrinks else len(range(start, stop, by[axis]))
        if not 0 <= start < size or count == 0:
            raise refused(operator, f"takes nothing along axis {axis} of {source.shape}")
        places.append(range(start, start + count * by[axis], by[axis]))
        kept += [] if shrinks else [count]
    if target.shape != tuple(kept):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} instead of {tuple(kept)}")
    return Moves((source.shape,), (target.shape,), target.type, (taken(source.shape, places),))


def first(begin: int, size: int, stride: int, open_ended: bool) -> int:
    """Where a slice starts (StartForAxis in strided_slice_logic.h)."""
    if open_ended:
        return 0 if stride > 0 else size - 1
    begin += size if begin < 0 else 0
    return min(max(begin, 0), size) if stride > 0 else min(max(begin, -1), size - 1)


def last(end: int, size: int, stride: int, open_ended: bool) -> int:
    """Where it stops, this place excluded (StopForAxis there)."""
    if open_ended:
        return size if stride > 0 else -1
    end += size if end < 0 else 0
    return min(max(end, 0), size) if stride > 0 else min(max(end, -1), size - 1)
