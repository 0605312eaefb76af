"""QUANTIZE: codes on another scale or of another type, or codes of float32 numbers."""

from plumbline.convert.operators.quantize.code import compile_quantize
from plumbline.convert.operators.quantize.reference import check_quantize
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.lookup.code import CONSTANTS
from plumbline.convert.operators.shared.lookup.reference import places_looked_up

QUANTIZE = Registration(
    name="QUANTIZE",
    check=check_quantize,
    compile=compile_quantize,
    accepts="from int8 to int8, uint8, int16 or int32; from uint8 to int8; from int16 to int8, int16 or int32; from int32 to int8 or int16; from "
    "float32, at the model's beginning, to int8 or int16",
    types=("INT8", "UINT8", "INT16", "INT32"),
    constants=CONSTANTS,
    looks_up=places_looked_up,
)
