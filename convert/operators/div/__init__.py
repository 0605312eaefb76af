"""DIV: the quotient of two tensors."""

from __future__ import annotations

from plumbline.convert.operators.div.code import CONSTANTS, compile_div
from plumbline.convert.operators.div.reference import DivOptions, check_div
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.reference import ACCEPTS

DIV = Registration(
    name="DIV",
    check=check_div,
    compile=compile_div,
    accepts=f"{ACCEPTS}; int32 numbers by constants that are neither 0 nor -1",
    types=("INT8", "INT32"),
    options=DivOptions,
    options_number=29,
    constants=CONSTANTS,
    float_product=True,
)
