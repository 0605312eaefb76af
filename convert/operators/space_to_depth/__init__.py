"""SPACE_TO_DEPTH: pixels moved into channels."""

from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.space_to_depth.reference import TYPES, SpaceToDepthOptions, check_space_to_depth

SPACE_TO_DEPTH = data_movement(
    "SPACE_TO_DEPTH",
    check_space_to_depth,
    "pixels moved into channels",
    "any block",
    options=SpaceToDepthOptions,
    options_number=19,
    types=TYPES,
    moves_codes=True,
)
