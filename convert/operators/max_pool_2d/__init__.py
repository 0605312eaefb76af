"""MAX_POOL_2D: the largest code of a window."""

from plumbline.convert.operators.max_pool_2d.reference import check_max_pool_2d
from plumbline.convert.operators.shared.pool_2d.code import pool

MAX_POOL_2D = pool("MAX_POOL_2D", check_max_pool_2d, "max_pool_2d.c.j2")
