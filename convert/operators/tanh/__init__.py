"""TANH: the hyperbolic tangent of every code."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.lookup.code import CONSTANTS, compile_lookup
from plumbline.convert.operators.shared.lookup.reference import places_looked_up
from plumbline.convert.operators.tanh.reference import check_tanh

TANH = Registration(
    name="TANH",
    check=check_tanh,
    compile=partial(compile_lookup, check_tanh, "tanh(input)"),
    accepts="the output scale 1/128 and zero point 0",
    constants=CONSTANTS,
    fixed_range=True,
    looks_up=places_looked_up,
)
