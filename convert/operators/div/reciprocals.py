"""Quotients of codes as TensorFlow Lite Micro works them out: with reciprocals in 32-bit fixed point, rounded three times."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.operators.fixed_point import INT32_MAX, Multiplier
from plumbline.convert.operators.shared.exponential import one_over_one_plus, product

Integers = NDArray[np.int64]

OF_ZERO = (-1515870788, -1)
"""What the wheel takes for the reciprocal of 0, which C does not define: measured with all dividends and several scales."""


@functools.cache
def reciprocals() -> tuple[Integers, Integers]:
    """2^31 * 2^bits / divisor of the divisors from 0 to 255, and their bits: of the divisor, less one (GetReciprocal in common.h)."""
    divisors = np.arange(1, 256, dtype=np.int64)
    bits = np.array([int(divisor).bit_length() - 1 for divisor in divisors], np.int64)
    values = np.minimum(one_over_one_plus((divisors << (31 - bits)) - 2**31) * 2, INT32_MAX)
    return np.concatenate([[OF_ZERO[0]], values]), np.concatenate([[OF_ZERO[1]], bits])


def quotients(first: Integers, second: Integers, multiplier: Multiplier) -> Integers:
    """multiplier * first / second of code - zero point, as DivElementwise in div.h does.

    A shift by more than 31 bits, to which small dividends come, is undefined in C too. Here it is what the wheel makes of it: by 32 bits less, every
    number below 0 losing nothing and every other gaining one by being rounded.
    """
    dividends = np.where(second < 0, -first, first)
    values, bits = (each[np.abs(second)] for each in reciprocals())
    headroom = 31 - np.ceil(np.log2(np.where(dividends < 0, -dividends, dividends + 1))).astype(np.int64)
    high = product(product(dividends << headroom, values), np.asarray(multiplier.mantissa, np.int64))
    shift = bits + headroom - multiplier.shift
    mask = np.where(shift > 31, -1, (1 << np.minimum(shift, 31)) - 1)
    return np.asarray((high >> (shift & 31)) + ((high & mask) > (mask >> 1) + (high < 0)), np.int64)
