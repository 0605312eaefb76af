"""One over the square root in 32-bit fixed point, by five steps of Newton's method: GetInvSqrtQuantizedMultiplierExp in TFLM's common.h."""

from __future__ import annotations

from plumbline.convert.operators.fixed_point import INT32_MAX, Multiplier

THREE_HALVES = 3 << 27
"""Of 2**-28, as all numbers with three integer bits below."""
HALF_ROOT_OF_TWO = 1518500250
"""sqrt(2) / 2 of 2**-31."""
STEPS = 5


def inverse_root(value: int) -> Multiplier:
    """The multiplier 1 / sqrt(value) of a whole number from 0 on; that of 0 is 1's, just below 1.

    Its shift is never above 0, and its mantissa need not be as large as that of other multipliers.
    """
    if value <= 1:
        return Multiplier(INT32_MAX, 0)
    shift = 11
    while value >= 1 << 29:
        value, shift = value // 4, shift + 1
    pairs = (31 - value.bit_length()) // 2 - 1
    value, shift = value << (2 * pairs), shift - pairs
    half = value >> 1
    half = (half >> 1) + (half & 1)
    x = 1 << 28
    for _ in range(STEPS):
        cube = rescaled(product(product(x, x), x), 6)
        x = rescaled(product(THREE_HALVES, x) - product(half, cube), 3)
    x = product(x, HALF_ROOT_OF_TWO)
    return Multiplier(x << max(-shift, 0), min(-shift, 0))


def product(a: int, b: int) -> int:
    """a * b / 2**31, rounded half up."""
    return (a * b + (1 << 30)) >> 31


def rescaled(value: int, bits: int) -> int:
    """value * 2**bits, kept within an int32."""
    return max(min(value << bits, INT32_MAX), -INT32_MAX - 1)
