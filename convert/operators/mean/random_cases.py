"""Random MEAN."""

from functools import partial

from plumbline.convert.operators.shared.reduction.random_cases import random_total

random_mean = partial(random_total, operator="MEAN")
