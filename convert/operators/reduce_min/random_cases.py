"""Random REDUCE_MIN."""

from functools import partial

from plumbline.convert.operators.shared.reduction.random_cases import random_extreme

random_reduce_min = partial(random_extreme, operator="REDUCE_MIN")
