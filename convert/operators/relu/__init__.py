"""RELU: codes not below 0."""

from plumbline.convert.operators.relu.reference import check_relu
from plumbline.convert.operators.shared.lookup.code import WIDE, lookup

RELU = lookup("RELU", check_relu, "max(input, 0)", "int8 or int16; any output scale", float_product=True, **WIDE)
