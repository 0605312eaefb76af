"""PRELU: what is below 0 is multiplied by its alpha."""

from __future__ import annotations

from plumbline.convert.operators.prelu.code import compile_prelu
from plumbline.convert.operators.prelu.reference import TYPES, check_prelu
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS

PRELU = Registration(
    name="PRELU",
    check=check_prelu,
    compile=compile_prelu,
    accepts="an int8 alpha that broadcasts with the input as in NumPy; either may be constant",
    types=TYPES,
    version=1,
    constants=CONSTANTS,
)
