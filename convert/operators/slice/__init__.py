"""SLICE: a part of a tensor."""

from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.slice.reference import TYPES, check_slice, counted

SLICE = data_movement(
    "SLICE",
    check_slice,
    "a part",
    "1 to 5 dimensions, a constant size; where it begins is a constant or INT32 at run time, kept within the tensor",
    options_number=48,
    types=TYPES,
    version=5,
    moves_codes=True,
    indices=counted,
)
