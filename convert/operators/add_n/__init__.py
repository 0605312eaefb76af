"""ADD_N: the sum of several tensors of one shape."""

from __future__ import annotations

from plumbline.convert.operators.add_n.code import compile_add_n, names
from plumbline.convert.operators.add_n.reference import MOST, check_add_n
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS

ADD_N = Registration(
    name="ADD_N",
    check=check_add_n,
    compile=compile_add_n,
    accepts=f"2 to {MOST} operands of one shape, scale and zero point, some of which may be constant",
    version=1,
    constants=(*CONSTANTS, *names(MOST)),
)
