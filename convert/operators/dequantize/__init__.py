"""DEQUANTIZE: the float32 numbers that codes stand for."""

from plumbline.convert.operators.dequantize.code import compile_dequantize
from plumbline.convert.operators.dequantize.reference import TYPES, check_dequantize
from plumbline.convert.operators.registration import Registration

DEQUANTIZE = Registration(
    name="DEQUANTIZE",
    check=check_dequantize,
    compile=compile_dequantize,
    accepts="to float32, at the model's end",
    types=TYPES,
)
