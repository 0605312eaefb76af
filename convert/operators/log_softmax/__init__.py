"""LOG_SOFTMAX: logarithms of the shares of the exponentials along the last axis."""

from plumbline.convert.operators.log_softmax.code import compile_log_softmax
from plumbline.convert.operators.log_softmax.reference import check_log_softmax
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.row_exponents import places_looked_up

LOG_SOFTMAX = Registration(
    name="LOG_SOFTMAX",
    check=check_log_softmax,
    compile=compile_log_softmax,
    accepts="int8; rows of up to 4,095 codes; the output scale 1/16 and zero point 127",
    constants=("exp",),
    looks_up=places_looked_up,
    fixed_range=True,
)
