"""ADD: the sum of two tensors."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.add.reference import AddOptions, check_add
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS
from plumbline.convert.operators.shared.binary.reference import ACCEPTS
from plumbline.convert.operators.shared.scaled_sum.code import compile_scaled_sum

ADD = Registration(
    name="ADD",
    check=check_add,
    compile=partial(compile_scaled_sum, check_add),
    accepts=ACCEPTS,
    options=AddOptions,
    options_number=11,
    constants=CONSTANTS,
)
