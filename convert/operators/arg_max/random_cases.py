"""Random ARG_MAX."""

from functools import partial

from plumbline.convert.operators.shared.reduction.random_cases import random_place

random_arg_max = partial(random_place, operator="ARG_MAX")
