"""Random REDUCE_MAX."""

from functools import partial

from plumbline.convert.operators.shared.reduction.random_cases import random_extreme

random_reduce_max = partial(random_extreme, operator="REDUCE_MAX")
