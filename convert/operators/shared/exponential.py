"""Exponentials, and what is made of them, in 32-bit fixed point as gemmlowp's fixedpoint.h works them out: arrays in, arrays out, exactly.

A value with n integer bits stands for itself / 2**(31 - n).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.operators.fixed_point import INT32_MAX

Integers = NDArray[np.int64]

EXPONENTS = ((-2, 1672461947), (-1, 1302514674), (0, 790015084), (1, 290630308), (2, 39332535), (3, 720401), (4, 242))
"""exp(-2**k) as a fraction of 2**31, for each k."""


def exponential(x: Integers, bits: int) -> Integers:
    """exp(x) * 2**31 for x <= 0 with so many integer bits (up to 5), as exp_on_negative_values does.

    A Taylor polynomial around -1/8 gives exp of what x is above a multiple of 1/4; each bit of the rest multiplies by a constant.
    """
    quarter = 1 << (29 - bits)
    part = (x & (quarter - 1)) - quarter
    y = (part << bits) + (1 << 28)
    y2 = product(y, y)
    y3, y4 = product(y2, y), product(y2, y2)
    series = shifted(product(shifted(y4, 2) + y3, 715827883) + y2, 1)
    result = 1895147668 + product(y + series, 1895147668)
    for exponent, factor in EXPONENTS:
        if exponent < bits:
            result = np.where((part - x) & (1 << (31 - bits + exponent)), product(result, factor), result)
    return np.where(x == 0, INT32_MAX, result)


def one_over_one_plus(x: Integers) -> Integers:
    """1 / (1 + x), with one integer bit, of a fraction x without (0 <= x < 1), by three steps of Newton's method."""
    half = (x + INT32_MAX + 1) // 2
    result = 1515870810 + product(half, -1010580540)  # 48/17 - 32/17 * half, with two integer bits
    for _ in range(3):
        result += product(result, 2**29 - product(half, result)) * 4
    return result


def logistic(x: Integers, bits: int) -> Integers:
    """1 / (1 + exp(-x)) * 2**31, as logistic does; x has so many integer bits."""
    positive = np.minimum(one_over_one_plus(exponential(-np.abs(x), bits)) * 2, INT32_MAX)
    return np.where(x == 0, 1 << 30, np.where(x > 0, positive, INT32_MAX - positive))


def tanh(x: Integers, bits: int) -> Integers:
    """tanh(x) * 2**31 = (1 - exp(-2x)) / (1 + exp(-2x)) * 2**31, as tanh does; x has so many integer bits (up to 4)."""
    positive = np.minimum((one_over_one_plus(exponential(-np.abs(x), bits + 1)) - 2**29) * 4, INT32_MAX)
    return np.asarray(np.sign(x) * positive, np.int64)


def product(a: Integers, b: Integers | int) -> Integers:
    """a * b / 2**31, rounded half up."""
    return (a * b + (1 << 30)) >> 31


def shifted(values: Integers, bits: Integers | int) -> Integers:
    """values / 2**bits, rounded half away from zero."""
    mask = (1 << np.asarray(bits, np.int64)) - 1
    return np.asarray((values >> bits) + ((values & mask) > (mask >> 1) + (values < 0)), np.int64)
