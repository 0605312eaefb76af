"""RSQRT: one over the square root of every code."""

from plumbline.convert.operators.rsqrt.reference import check_rsqrt
from plumbline.convert.operators.shared.lookup.code import lookup

RSQRT = lookup("RSQRT", check_rsqrt, "1 / sqrt(input)", "the input's zero point -128; any output scale", float_product=True)
