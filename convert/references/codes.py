"""Between real numbers and int8 codes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.graph import Quantization


def exact(value: float) -> Fraction:
    """A float as the rational number it is."""
    return Fraction(value)


def round_half_away(value: Fraction) -> int:
    """The nearest integer, a tie away from zero: how host and board quantize."""
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


def code_of(x: Fraction, quantization: Quantization) -> int:
    """The code of a real number inside the domain: rounded, then clamped against the half step at the domain's ends."""
    return max(-128, min(127, round_half_away(x / exact(quantization.scale)) + quantization.zero_point))


def real_of(code: int, quantization: Quantization) -> Fraction:
    """The real number a code stands for, exactly."""
    return (code - quantization.zero_point) * exact(quantization.scale)


def formula(quantization: Quantization) -> str:
    """What a code stands for, as text, e.g. `0.2 * (code - 5)`."""
    zero = quantization.zero_point
    offset = "code" if zero == 0 else f"(code {'-' if zero > 0 else '+'} {abs(zero)})"
    return f"{quantization.scale:.9g} * {offset}"


def dequantize(codes: NDArray[np.int8], quantization: Quantization) -> NDArray[np.float32]:
    """The same as float32, for the float model."""
    return ((codes.astype(np.float64) - quantization.zero_point) * quantization.scale).astype(np.float32)


def quantize(values: NDArray[np.float32], quantization: Quantization) -> NDArray[np.int8]:
    """Codes of float values, clamped to int8."""
    steps = values.astype(np.float64) / quantization.scale
    codes = np.copysign(np.floor(np.abs(steps) + 0.5), steps) + quantization.zero_point
    return np.asarray(np.clip(codes, -128, 127), np.int8)
