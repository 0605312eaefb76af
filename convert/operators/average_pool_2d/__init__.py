"""AVERAGE_POOL_2D: the mean code of a window."""

from __future__ import annotations

from plumbline.convert.operators.average_pool_2d.code import compile_average_pool_2d
from plumbline.convert.operators.average_pool_2d.reference import check_average_pool_2d
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.pool_2d.reference import ACCEPTS, Pool2DOptions

AVERAGE_POOL_2D = Registration(
    name="AVERAGE_POOL_2D",
    check=check_average_pool_2d,
    compile=compile_average_pool_2d,
    accepts=ACCEPTS,
    options=Pool2DOptions,
    options_number=5,
)
