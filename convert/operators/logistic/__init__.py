"""LOGISTIC: the sigmoid of every code."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.logistic.reference import check_logistic
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.lookup.code import CONSTANTS, compile_lookup
from plumbline.convert.operators.shared.lookup.reference import places_looked_up

LOGISTIC = Registration(
    name="LOGISTIC",
    check=check_logistic,
    compile=partial(compile_lookup, check_logistic, "1 / (1 + exp(-input))"),
    accepts="the output scale 1/256 and zero point -128",
    constants=CONSTANTS,
    fixed_range=True,
    looks_up=places_looked_up,
)
