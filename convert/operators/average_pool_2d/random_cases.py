"""Random AVERAGE_POOL_2D."""

from functools import partial

from plumbline.convert.operators.shared.pool_2d.random_cases import random_pool

random_average_pool_2d = partial(random_pool, operator="AVERAGE_POOL_2D")
