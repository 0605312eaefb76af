"""UNPACK: the parts of a tensor along an axis."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.data_movement.code import CONSTANTS, compile_moves
from plumbline.convert.operators.unpack.reference import UnpackOptions, check_unpack

UNPACK = Registration(
    name="UNPACK",
    check=check_unpack,
    compile=partial(compile_moves, check_unpack, "taken apart"),
    accepts="input and outputs of one scale and zero point",
    options=UnpackOptions,
    options_number=64,
    constants=CONSTANTS,
    moves_codes=True,
)
