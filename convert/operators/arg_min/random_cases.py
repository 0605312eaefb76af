"""Random ARG_MIN."""

from functools import partial

from plumbline.convert.operators.shared.reduction.random_cases import random_place

random_arg_min = partial(random_place, operator="ARG_MIN")
