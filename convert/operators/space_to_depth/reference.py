"""SPACE_TO_DEPTH as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole
from plumbline.convert.operators.shared.checks import options_of
from plumbline.convert.operators.shared.data_movement.reference import Moves
from plumbline.convert.operators.shared.data_movement.space import depth_moves

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
        ModelRefused, UnsupportedOperator: see `space.depth_moves`.
    """
    return depth_moves(operator, options_of(operator, SpaceToDepthOptions).block, TYPES, back=True)
