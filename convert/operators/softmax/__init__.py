"""SOFTMAX: shares of the exponentials along the last axis."""

from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.shared.row_exponents import places_looked_up
from plumbline.convert.operators.softmax.code import compile_softmax
from plumbline.convert.operators.softmax.reference import LARGEST_ROW, SoftmaxOptions, check_softmax, stops

SOFTMAX = Registration(
    name="SOFTMAX",
    check=check_softmax,
    compile=compile_softmax,
    accepts=f"from int8 to int8 or int16, rows of up to {LARGEST_ROW} codes; from int16 to int16; the output's scale and zero point 1/256 and -128, "
    "or of int16 1/65536 and -32768, from int16 1/32768 and 0",
    types=("INT8", "INT16"),
    version=3,
    elsewhere={"chirale": Elsewhere(version=2)},
    options=SoftmaxOptions,
    options_number=9,
    constants=("exp",),
    looks_up=places_looked_up,
    stops=stops,
    fixed_range=True,
)
