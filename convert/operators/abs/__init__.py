"""ABS: the magnitude of every code."""

from plumbline.convert.operators.abs.reference import check_abs
from plumbline.convert.operators.shared.lookup.code import lookup

ABS = lookup("ABS", check_abs, "abs(input)", "any output scale", float_product=True, version=4)
