"""STRIDED_SLICE: a part of a tensor."""

from plumbline.convert.operators.shared.data_movement.code import data_movement
from plumbline.convert.operators.strided_slice.reference import TYPES, StridedSliceOptions, check_strided_slice

STRIDED_SLICE = data_movement(
    "STRIDED_SLICE",
    check_strided_slice,
    "a slice",
    "1 to 4 dimensions; constant begins, ends and strides; no ellipsis, new axis or relative ends",
    options=StridedSliceOptions,
    options_number=32,
    types=TYPES,
    moves_codes=True,
)
