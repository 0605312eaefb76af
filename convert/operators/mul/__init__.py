"""MUL: the product of two tensors."""

from plumbline.convert.operators.mul.code import compile_mul
from plumbline.convert.operators.mul.reference import MulOptions, check_mul
from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS
from plumbline.convert.operators.shared.binary.reference import ACCEPTS, TYPES

MUL = Registration(
    name="MUL",
    check=check_mul,
    compile=compile_mul,
    accepts=ACCEPTS,
    types=TYPES,
    version=5,
    elsewhere={"chirale": Elsewhere(version=3)},
    options=MulOptions,
    options_number=21,
    constants=CONSTANTS,
)
