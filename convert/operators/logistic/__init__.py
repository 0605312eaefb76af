"""LOGISTIC: the sigmoid of every code."""

from plumbline.convert.operators.logistic.reference import check_logistic
from plumbline.convert.operators.shared.lookup.code import WIDE, lookup

ACCEPTS = "int8 or int16; the output scale 1/256 and zero point -128, of int16 1/32768 and 0"

LOGISTIC = lookup("LOGISTIC", check_logistic, "1 / (1 + exp(-input))", ACCEPTS, fixed_range=True, **WIDE)
