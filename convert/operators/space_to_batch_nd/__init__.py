"""SPACE_TO_BATCH_ND: an image whose every so-manieth pixel becomes one of its own."""

from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.space_to_batch_nd.reference import TYPES, check_space_to_batch_nd

SPACE_TO_BATCH_ND = data_movement(
    "SPACE_TO_BATCH_ND",
    check_space_to_batch_nd,
    "an image taken apart",
    "3 or 4 dimensions; constant blocks, paddings of 0: others TensorFlow Lite Micro fills with whatever its memory held",
    options_number=25,
    types=TYPES,
    version=3,
    moves_codes=True,
)
