"""DEPTH_TO_SPACE: channels moved into pixels."""

from plumbline.convert.operators.depth_to_space.reference import TYPES, DepthToSpaceOptions, check_depth_to_space
from plumbline.convert.operators.shared.data_movement.code import data_movement

DEPTH_TO_SPACE = data_movement(
    "DEPTH_TO_SPACE",
    check_depth_to_space,
    "channels moved into pixels",
    "any block",
    options=DepthToSpaceOptions,
    options_number=94,
    types=TYPES,
    moves_codes=True,
)
