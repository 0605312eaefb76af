"""PACK: tensors along a new axis."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.pack.reference import PackOptions, check_pack
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.data_movement.code import CONSTANTS, compile_moves

PACK = Registration(
    name="PACK",
    check=check_pack,
    compile=partial(compile_moves, check_pack, "stacked"),
    accepts="inputs of one scale and zero point, constants among them",
    options=PackOptions,
    options_number=59,
    constants=CONSTANTS,
    moves_codes=True,
)
