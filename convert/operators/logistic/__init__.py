"""LOGISTIC: the sigmoid of every code."""

from plumbline.convert.operators.logistic.reference import check_logistic
from plumbline.convert.operators.shared.lookup.code import lookup

LOGISTIC = lookup("LOGISTIC", check_logistic, "1 / (1 + exp(-input))", "the output scale 1/256 and zero point -128", fixed_range=True)
