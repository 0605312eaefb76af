"""Random SUM."""

from functools import partial

from plumbline.convert.operators.shared.reduction.random_cases import random_total

random_sum = partial(random_total, operator="SUM")
