"""TRANSPOSE: dimensions in another order."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.data_movement.code import CONSTANTS, compile_moves
from plumbline.convert.operators.transpose.reference import check_transpose

TRANSPOSE = Registration(
    name="TRANSPOSE",
    check=check_transpose,
    compile=partial(compile_moves, check_transpose, "transposed"),
    accepts="1 to 5 dimensions in a constant order; one scale and zero point",
    options_number=26,
    constants=CONSTANTS,
    moves_codes=True,
)
