"""The natural logarithm in 32-bit fixed point, as log_x_for_x_greater_than_or_equal_to_1 in TFLM's common.h works it out."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.fixed_point import INT32_MAX
from plumbline.convert.operators.shared.exponential import Integers, one_over_one_plus, product, shifted

INPUT_BITS = 12
"""Integer bits of the number, from 1 on; its logarithm has one more than five while it is worked out."""

# fmt: off
LOG_2, ROOT_ROOT_HALF, ROOT_HALF = 1488522236, 1805811301, 1518500250
# fmt: on
"""log(2), and the fourth and the square root of 1/2, of 2**-31."""
ALPHA_N, ALPHA_D, ALPHA_I, ALPHA_F = 117049297, 127690142, 1057819769, 638450708
"""11/240 * a, 1/20 * a, 2/a - a and 1/4 * a of 2**-31, for the fourth root a of 2: what makes the quotient below near the logarithm."""
QUARTER = 1 << 23
"""Of 2**-25."""


def logarithm(x: Integers) -> Integers:
    """log(x) of 2**-26, of numbers of 2**-19 from 1 on.

    The number is a power of 2 times r, between the square root of 1/2 and 1 or, where that is nearer to the middle, r times the square root of 2.
    """
    headroom = 32 - _length(x)
    low = _doubled(product(x << (headroom - 1), ROOT_HALF), 1)
    below = 31 - _length(product(x, ROOT_HALF))
    r = np.minimum(low, _doubled(x, below))
    power = np.maximum(((INPUT_BITS - headroom) << 25) + QUARTER, ((INPUT_BITS - below) << 25) - QUARTER)
    p, q = (r + ROOT_ROOT_HALF + 1) // 2, 2 * (r - ROOT_ROOT_HALF)
    square = product(q, q)
    numerator = product(q, r) + product(product(q, square), ALPHA_N)
    denominator = product(p, ALPHA_I + q + product(np.asarray(square), ALPHA_D)) + product(q, ALPHA_F)
    inverse = np.minimum(one_over_one_plus(denominator) * 2, INT32_MAX)
    return _doubled(product(power, LOG_2) + product(shifted(numerator, 6), inverse), 1)


def _length(values: Integers) -> Integers:
    """In bits."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64)


def _doubled(values: Integers, times: Integers | int) -> Integers:
    """Shifted left, at most to INT32_MAX."""
    return np.asarray(np.minimum(values << times, INT32_MAX), np.int64)
