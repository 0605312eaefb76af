"""BATCH_TO_SPACE_ND: images that become every so-manieth pixel of fewer, larger ones."""

from plumbline.convert.operators.batch_to_space_nd.reference import TYPES, check_batch_to_space_nd
from plumbline.convert.operators.shared.data_movement.code import data_movement

BATCH_TO_SPACE_ND = data_movement(
    "BATCH_TO_SPACE_ND",
    check_batch_to_space_nd,
    "images moved into one",
    "3 or 4 dimensions; constant blocks and crops",
    options_number=24,
    types=TYPES,
    version=3,
    moves_codes=True,
)
