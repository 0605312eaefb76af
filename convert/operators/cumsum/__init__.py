"""CUMSUM: sums of all codes up to each one, along an axis."""

from plumbline.convert.operators.cumsum.code import compile_cumsum
from plumbline.convert.operators.cumsum.reference import CumsumOptions, check_cumsum
from plumbline.convert.operators.registration import Registration

CUMSUM = Registration(
    name="CUMSUM",
    check=check_cumsum,
    compile=compile_cumsum,
    accepts="one constant axis; any output scale",
    version=1,
    options=CumsumOptions,
    options_number=102,
    method="CumSum",
)
