"""PAD and PADV2 as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import Copy, Loop, simplified, strides
from plumbline.convert.operators.shared.data_movement.reference import Moves, codes_of, integers, moved

TYPES = ("INT8", "INT16", "INT32")
"""Of TFLM's kernel (PadEval in pad.cc)."""
LARGEST_RANK = 5
"""Of TFLM's kernel (PadKernelMaxDimensionCount in pad.h)."""


def check_pad(operator: Operator) -> Moves:
    """Check a PAD or PADV2 operator and work out its loops. It fills with real 0, or with the constant that is its third input.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    arity(operator, 2, 3)
    (source,), target = moved(operator, operator.inputs[:1], operator.outputs, TYPES), operator.outputs[0]
    rank = len(source.shape)
    if not 1 <= rank <= LARGEST_RANK:
        raise unsupported(operator, f"of {rank} dimensions")
    given = integers(operator, 1, "paddings", 2 * rank)
    before, after = given[::2], given[1::2]
    if min(given) < 0:
        raise unsupported(operator, f"by less than nothing ({given})")
    if target.shape != tuple(sum(each) for each in zip(before, source.shape, after, strict=True)):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with the paddings {given}")
    steps = strides(target.shape)
    loops = [Loop(size, at, to) for size, at, to in zip(source.shape, strides(source.shape), steps, strict=True)]
    first = sum(skipped * step for skipped, step in zip(before, steps, strict=True))
    fill = filling(operator) if any(given) else None
    return Moves((source.shape,), (target.shape,), target.type, (Copy(0, 0, 0, first, simplified(loops)),), fill=fill)


def filling(operator: Operator) -> int:
    """The value around the input: of int8 the code of real 0, of wider ones 0 whatever their zero point is (PadEval in pad.cc)."""
    target, value = operator.outputs[0], operator.inputs[2] if len(operator.inputs) == 3 else None
    own = target.quantization if target.type == "INT8" else None
    if value is None:
        if own and not -128 <= own.zero_point <= 127:
            raise refused(operator, f"fills with the zero point {own.zero_point}")
        return own.zero_point if own else 0
    moved(operator, (operator.inputs[0], value), operator.outputs, TYPES)
    if target.type == "INT8" and codes_of(value) != codes_of(target):
        raise refused(operator, f"fills {target.name} with {value.name}, which have different scales or zero points")  # as TFLM
    if value.data is None:
        raise unsupported(operator, "with a value computed at run time")
    if value.elements != 1:
        raise refused(operator, f"pads with {value.elements} values")
    return int(value.values().ravel()[0])
