"""Real numbers to int8 codes and back: one arithmetic for converter, host and tests, the same as the board's.

A code stands for the real number scale * (code - zero point). Exact results are fractions; x and y travel as whole numbers of 1e-9 (nano-units).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from plumbline.common.wire import NANO

CODE_MIN, CODE_MAX = -128, 127


class Scaled(Protocol):
    """A tensor's quantization, wherever it is told: in the flatbuffer, in the manifest."""

    @property
    def scale(self) -> float:
        """The flatbuffer's float32, exactly; above 0."""

    @property
    def zero_point(self) -> int:
        """In [-128, 127]."""


def round_half_away(value: Fraction) -> int:
    """The nearest integer; a tie goes away from zero."""
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


def to_nano(value: float) -> int:
    """A decimal number in nano-units, as a person wrote it: 12.7 is 12700000000, not the double nearest to 12.7."""
    return round_half_away(Fraction(str(value)) * NANO)


def code_of(x: Fraction, end: Scaled) -> int:
    """The code of x: round(x / scale) + zero point, in [-128, 127].

    The clamp only catches half a step of rounding at the ends: that x lies in the domain is the caller's to see.
    """
    return max(CODE_MIN, min(CODE_MAX, round_half_away(x / Fraction(end.scale)) + end.zero_point))


def code_of_nano(x_nano: int, end: Scaled) -> int:
    """The code of x in nano-units."""
    return code_of(Fraction(x_nano, NANO), end)


def real_of(code: int, end: Scaled) -> Fraction:
    """The real number that a code stands for, exactly."""
    return (code - end.zero_point) * Fraction(end.scale)


def nano_of(code: int, end: Scaled) -> int:
    """The real number that a code stands for, in nano-units as the board answers it."""
    return round_half_away(real_of(code, end) * NANO)


def dequantize(codes: NDArray[np.integer[Any]], end: Scaled) -> NDArray[np.float64]:
    """The real numbers that codes of any shape stand for."""
    return np.asarray((codes.astype(np.float64) - end.zero_point) * end.scale, np.float64)


def dequantize_float32(codes: NDArray[np.integer[Any]], end: Scaled) -> NDArray[np.float32]:
    """The same rounded to float32, as a float model takes and answers them."""
    return dequantize(codes, end).astype(np.float32)


def formula(end: Scaled) -> str:
    """What a code stands for, as text, e.g. `0.2 * (code - 5)`."""
    zero = end.zero_point
    offset = "code" if zero == 0 else f"(code {'-' if zero > 0 else '+'} {abs(zero)})"
    return f"{end.scale:.9g} * {offset}"
