"""SPACE_TO_DEPTH as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole
from plumbline.convert.operators.shared.checks import arity, options_of, refused
from plumbline.convert.operators.shared.data_movement.reference import Moves, moved
from plumbline.convert.operators.shared.data_movement.space import from_depth

TYPES = ("INT8",)
"""Of TFLM's kernel (Prepare in space_to_depth.cc)."""


@dataclass(frozen=True)
class SpaceToDepthOptions:
    """Options of SPACE_TO_DEPTH."""

    block: Annotated[int, whole(0)]
    """Side of the square of pixels that become one."""


def check_space_to_depth(operator: Operator) -> Moves:
    """Check a SPACE_TO_DEPTH operator and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, SpaceToDepthOptions)
    arity(operator, 1)
    (source,), target = moved(operator, operator.inputs, operator.outputs, TYPES), operator.outputs[0]
    deep, wide = (target, source)
    block = options.block
    if block < 1 or len(deep.shape) != 4 or len(wide.shape) != 4:
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by blocks of {block}")
    batches, height, width, depth = deep.shape
    if wide.shape != (batches, height * block, width * block, depth // (block * block)) or depth % (block * block):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by blocks of {block}")
    copy = from_depth(batches, (height, width), wide.shape[3], block)
    return Moves((source.shape,), (target.shape,), target.type, (copy.swapped(),))
