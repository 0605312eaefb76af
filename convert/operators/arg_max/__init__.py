"""ARG_MAX: where along an axis the largest code is."""

from plumbline.convert.operators.arg_max.reference import check_arg_max
from plumbline.convert.operators.shared.reduction.code import extreme

ARG_MAX = extreme("ARG_MAX", check_arg_max, accepts="from int8 to int32; one constant axis")
