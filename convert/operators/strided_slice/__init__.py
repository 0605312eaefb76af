"""STRIDED_SLICE: a part of a tensor."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.data_movement.code import CONSTANTS, compile_moves
from plumbline.convert.operators.strided_slice.reference import StridedSliceOptions, check_strided_slice

STRIDED_SLICE = Registration(
    name="STRIDED_SLICE",
    check=check_strided_slice,
    compile=partial(compile_moves, check_strided_slice, "a slice"),
    accepts="1 to 4 dimensions; constant begins, ends and strides; no ellipsis, new axis or relative ends; one scale and zero point",
    options=StridedSliceOptions,
    options_number=32,
    constants=CONSTANTS,
    moves_codes=True,
)
