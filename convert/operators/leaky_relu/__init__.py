"""LEAKY_RELU: codes, those below 0 times alpha."""

from plumbline.convert.operators.leaky_relu.code import compile_leaky_relu
from plumbline.convert.operators.leaky_relu.reference import LeakyReluOptions, check_leaky_relu
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.lookup.code import CONSTANTS
from plumbline.convert.operators.shared.lookup.reference import places_looked_up

LEAKY_RELU = Registration(
    name="LEAKY_RELU",
    check=check_leaky_relu,
    compile=compile_leaky_relu,
    accepts="int8 or int16; any output scale; any finite alpha",
    types=("INT8", "INT16"),
    options=LeakyReluOptions,
    options_number=75,
    constants=CONSTANTS,
    float_product=True,
    looks_up=places_looked_up,
)
