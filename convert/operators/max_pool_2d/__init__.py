"""MAX_POOL_2D: the largest code of a window."""

from __future__ import annotations

from plumbline.convert.operators.max_pool_2d.code import compile_max_pool_2d
from plumbline.convert.operators.max_pool_2d.reference import check_max_pool_2d
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.pool_2d.reference import ACCEPTS, Pool2DOptions

MAX_POOL_2D = Registration(
    name="MAX_POOL_2D",
    check=check_max_pool_2d,
    compile=compile_max_pool_2d,
    accepts=ACCEPTS,
    options=Pool2DOptions,
    options_number=5,
)
