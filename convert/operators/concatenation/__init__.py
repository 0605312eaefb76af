"""CONCATENATION: tensors one behind the other along an axis."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.concatenation.reference import ConcatenationOptions, check_concatenation
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.data_movement.code import CONSTANTS, compile_moves

CONCATENATION = Registration(
    name="CONCATENATION",
    check=check_concatenation,
    compile=partial(compile_moves, check_concatenation, "joined"),
    accepts="up to 10 inputs of one scale and zero point, constants among them; no fused activation",
    options=ConcatenationOptions,
    options_number=10,
    constants=CONSTANTS,
)
