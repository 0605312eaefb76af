"""DEPTH_TO_SPACE as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole
from plumbline.convert.operators.shared.checks import options_of
from plumbline.convert.operators.shared.data_movement.reference import Moves
from plumbline.convert.operators.shared.data_movement.space import depth_moves

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
        ModelRefused, UnsupportedOperator: see `space.depth_moves`.
    """
    return depth_moves(operator, options_of(operator, DepthToSpaceOptions).block, TYPES, back=False)
