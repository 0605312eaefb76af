"""SUB: the difference of two tensors."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS
from plumbline.convert.operators.shared.binary.reference import ACCEPTS
from plumbline.convert.operators.shared.scaled_sum.code import compile_scaled_sum
from plumbline.convert.operators.sub.reference import SubOptions, check_sub

SUB = Registration(
    name="SUB",
    check=check_sub,
    compile=partial(compile_scaled_sum, check_sub),
    accepts=ACCEPTS,
    options=SubOptions,
    options_number=28,
    constants=CONSTANTS,
    version=3,
    float_product=True,
)
