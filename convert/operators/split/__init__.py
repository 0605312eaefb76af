"""SPLIT: a tensor in equal parts along an axis."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.data_movement.code import CONSTANTS, compile_moves
from plumbline.convert.operators.split.reference import SplitOptions, check_split

SPLIT = Registration(
    name="SPLIT",
    check=check_split,
    compile=partial(compile_moves, check_split, "split"),
    accepts="a constant axis; input and outputs of one scale and zero point",
    options=SplitOptions,
    options_number=35,
    constants=CONSTANTS,
    moves_codes=True,
)
