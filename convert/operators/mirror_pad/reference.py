"""MIRROR_PAD as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import Place
from plumbline.convert.operators.shared.checks import arity, options_of, refused, unsupported
from plumbline.convert.operators.shared.data_movement.loops import MOST, taken
from plumbline.convert.operators.shared.data_movement.reference import WHOLE, Moves, integers, moved

MODES = ("REFLECT", "SYMMETRIC")
TYPES = ("INT8",)
"""Of TFLM's kernel (MirrorPadEval in mirror_pad.cc)."""


@dataclass(frozen=True)
class MirrorPadOptions:
    """Options of MIRROR_PAD."""

    mode: Annotated[str, Place((0,), "Int8", names=MODES)]
    """Whether the outermost values are left out of the mirror image: REFLECT, or repeated: SYMMETRIC."""


def check_mirror_pad(operator: Operator) -> Moves:
    """Check a MIRROR_PAD operator and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, MirrorPadOptions)
    arity(operator, 2)
    (source,), target = moved(operator, operator.inputs[:1], operator.outputs, TYPES), operator.outputs[0]
    rank = len(source.shape)
    if not 1 <= rank <= MOST:
        raise unsupported(operator, f"of {rank} dimensions")
    given = integers(operator, 1, "paddings", 2 * rank, WHOLE)
    sides = list(zip(given[::2], source.shape, given[1::2], strict=True))
    if min(given) < 0:
        raise unsupported(operator, f"by less than nothing ({given})")
    if target.shape != tuple(sum(each) for each in sides):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with the paddings {given}")
    without = MODES.index("SYMMETRIC") - MODES.index(options.mode)
    if any(max(before, after) > size - without for before, size, after in sides):
        raise refused(operator, f"mirrors more than there is of {source.shape} with the paddings {given}")
    return Moves((source.shape,), (target.shape,), target.type, (taken(source.shape, [mirrored(*each, without) for each in sides]),))


def mirrored(before: int, size: int, after: int, without: int) -> list[int]:
    """The places along an axis; so many values at each end are `without` an image."""
    ahead = range(before - 1 + without, without - 1, -1)
    behind = range(size - 1 - without, size - 1 - without - after, -1)
    return [*ahead, *range(size), *behind]
