"""SQUARED_DIFFERENCE: the square of the difference of two tensors."""

from __future__ import annotations

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS, NAMES
from plumbline.convert.operators.shared.binary.operands import BROADCAST
from plumbline.convert.operators.shared.binary.reference import TYPES
from plumbline.convert.operators.squared_difference.code import compile_squared_difference
from plumbline.convert.operators.squared_difference.reference import check_squared_difference

SQUARED_DIFFERENCE = Registration(
    name="SQUARED_DIFFERENCE",
    check=check_squared_difference,
    compile=compile_squared_difference,
    accepts=BROADCAST,
    types=TYPES,
    version=3,
    constants=(*CONSTANTS, *NAMES),
)
