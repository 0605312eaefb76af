"""DEPTH_TO_SPACE as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole
from plumbline.convert.operators.shared.checks import arity, options_of, refused
from plumbline.convert.operators.shared.data_movement.reference import Moves, moved
from plumbline.convert.operators.shared.data_movement.space import from_depth

TYPES = ("INT8",)
"""Of TFLM's kernel (CalculateOpData in depth_to_space.cc)."""


@dataclass(frozen=True)
class DepthToSpaceOptions:
    """Options of DEPTH_TO_SPACE."""

    block: Annotated[int, whole(0)]
    """Side of the square of pixels that become one."""


def check_depth_to_space(operator: Operator) -> Moves:
    """Check a DEPTH_TO_SPACE operator and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, DepthToSpaceOptions)
    arity(operator, 1)
    (source,), target = moved(operator, operator.inputs, operator.outputs, TYPES), operator.outputs[0]
    deep, wide = (source, target)
    block = options.block
    if block < 1 or len(deep.shape) != 4 or len(wide.shape) != 4:
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by blocks of {block}")
    batches, height, width, depth = deep.shape
    if wide.shape != (batches, height * block, width * block, depth // (block * block)) or depth % (block * block):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by blocks of {block}")
    copy = from_depth(batches, (height, width), wide.shape[3], block)
    return Moves((source.shape,), (target.shape,), target.type, (copy,))
