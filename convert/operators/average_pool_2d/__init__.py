"""AVERAGE_POOL_2D: the mean code of a window."""

from plumbline.convert.operators.average_pool_2d.reference import check_average_pool_2d
from plumbline.convert.operators.shared.pool_2d.code import pool

AVERAGE_POOL_2D = pool("AVERAGE_POOL_2D", check_average_pool_2d, "average_pool_2d.c.j2")
