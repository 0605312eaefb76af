"""ARG_MIN: where along an axis the smallest code is."""

from plumbline.convert.operators.arg_min.reference import check_arg_min
from plumbline.convert.operators.shared.reduction.code import extreme

ARG_MIN = extreme("ARG_MIN", check_arg_min, accepts="from int8 to int32; one constant axis")
