"""Real numbers to int8 codes and back in exact arithmetic, the same as the board's: x and y are integers of 1e-9 (nano-units)."""

from __future__ import annotations

from fractions import Fraction

from plumbline.common.wire import NANO

CODE_MIN, CODE_MAX = -128, 127


def round_half_away(value: Fraction) -> int:
    """The nearest integer; a tie goes away from zero."""
    magnitude = int(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def to_nano(value: float) -> int:
    """A decimal number in nano-units, as a person wrote it: 12.7 is 12700000000, not the double nearest to 12.7."""
    return round_half_away(Fraction(str(value)) * NANO)


def quantize(x_nano: int, scale: float, zero_point: int) -> int:
    """The code of x: round(x / scale) + zero point, in [-128, 127].

    The clamp only catches half a step of rounding at the ends: that x lies in the domain is the caller's to see.

    Args:
        x_nano: x in nano-units.
        scale: the flatbuffer's float32, exactly.
        zero_point: in [-128, 127].
    """
    code = round_half_away(Fraction(x_nano, NANO) / Fraction(scale)) + zero_point
    return max(CODE_MIN, min(CODE_MAX, code))


def real(code: int, scale: float, zero_point: int) -> Fraction:
    """The real number that a code stands for, exactly: scale * (code - zero point)."""
    return (code - zero_point) * Fraction(scale)


def dequantize(code: int, scale: float, zero_point: int) -> int:
    """The real number that a code stands for, in nano-units as the board answers it."""
    return round_half_away(real(code, scale, zero_point) * NANO)
