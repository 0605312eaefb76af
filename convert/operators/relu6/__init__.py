"""RELU6: codes between 0 and 6."""

from plumbline.convert.operators.relu6.reference import check_relu6
from plumbline.convert.operators.shared.lookup.code import WIDE, lookup

RELU6 = lookup("RELU6", check_relu6, "input, kept between 0 and 6", "int8 or int16; one scale and zero point for input and output", **WIDE)
