"""ABS: the magnitude of every code."""

from plumbline.convert.operators.abs.reference import check_abs
from plumbline.convert.operators.shared.lookup.code import WIDE, lookup

ABS = lookup("ABS", check_abs, "abs(input)", "int8 or int16; any output scale", float_product=True, **WIDE)
