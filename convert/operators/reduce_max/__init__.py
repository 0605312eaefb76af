"""REDUCE_MAX: the largest codes along axes."""

from plumbline.convert.operators.reduce_max.reference import check_reduce_max
from plumbline.convert.operators.shared.reduction.code import REDUCER, extreme

REDUCE_MAX = extreme("REDUCE_MAX", check_reduce_max, accepts="any constant axes; one scale and zero point for input and output", **REDUCER)
