"""L2_NORMALIZATION: vectors along the last axis, of length 1."""

from plumbline.convert.operators.l2_normalization.code import compile_l2_normalization
from plumbline.convert.operators.l2_normalization.reference import L2NormOptions, check_l2_normalization
from plumbline.convert.operators.registration import Registration

L2_NORMALIZATION = Registration(
    name="L2_NORMALIZATION",
    check=check_l2_normalization,
    compile=compile_l2_normalization,
    accepts="1 to 4 dimensions; vectors of up to 33,025 codes; the output scale 1/128 and zero point 0",
    options=L2NormOptions,
    options_number=12,
    fixed_range=True,
)
