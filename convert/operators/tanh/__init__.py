"""TANH: the hyperbolic tangent of every code."""

from plumbline.convert.operators.shared.lookup.code import WIDE, lookup
from plumbline.convert.operators.tanh.reference import check_tanh

ACCEPTS = "int8 or int16; the output scale 1/128, of int16 1/32768, and zero point 0"

TANH = lookup("TANH", check_tanh, "tanh(input)", ACCEPTS, fixed_range=True, **WIDE)
