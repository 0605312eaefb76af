"""RELU6: codes between 0 and 6."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.relu6.reference import check_relu6
from plumbline.convert.operators.shared.lookup.code import CONSTANTS, compile_lookup
from plumbline.convert.operators.shared.lookup.reference import places_looked_up

RELU6 = Registration(
    name="RELU6",
    check=check_relu6,
    compile=partial(compile_lookup, check_relu6, "input, kept between 0 and 6"),
    accepts="one scale and zero point for input and output",
    constants=CONSTANTS,
    looks_up=places_looked_up,
)
