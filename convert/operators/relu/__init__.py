"""RELU: codes not below 0."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.relu.reference import check_relu
from plumbline.convert.operators.shared.lookup.code import CONSTANTS, compile_lookup
from plumbline.convert.operators.shared.lookup.reference import places_looked_up

RELU = Registration(
    name="RELU",
    check=check_relu,
    compile=partial(compile_lookup, check_relu, "max(input, 0)"),
    accepts="any output scale",
    constants=CONSTANTS,
    float_product=True,
    looks_up=places_looked_up,
)
