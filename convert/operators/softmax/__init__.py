"""SOFTMAX: shares of the exponentials along the last axis."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.softmax.code import compile_softmax
from plumbline.convert.operators.softmax.reference import SoftmaxOptions, check_softmax, places_looked_up

SOFTMAX = Registration(
    name="SOFTMAX",
    check=check_softmax,
    compile=compile_softmax,
    accepts="rows of up to 511 codes; the output scale 1/256 and zero point -128",
    options=SoftmaxOptions,
    options_number=9,
    constants=("exp",),
    looks_up=places_looked_up,
    fixed_range=True,
)
