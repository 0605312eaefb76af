"""How TensorFlow Lite Micro turns real scale factors into integers and applies them, in exact Python integers.

Its kernels round twice (tensorflow/lite/kernels/internal/common.cc without TFLITE_SINGLE_ROUNDING, which neither tflite-micro nor the
Arduino library defines): once after the high multiplication, once after the shift. The interpreter for phones rounds once and differs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

INT32_MAX = 2**31 - 1
LARGEST_SCALED = 2**30 - 1
"""What compiled code multiplies inline stays within this, which leaves a bit for rounding; one more where the shift is below LARGEST_SHIFT."""
LARGEST_SHIFT = 31
"""To the right, of a multiplier."""

INT8 = (-128, 127)
INT16 = (-(2**15), 2**15 - 1)
ENDS = {"INT8": INT8, "INT16": INT16}
"""Lowest and highest code of a type."""
LONG_ROW = 1024
"""Numbers of a row in which NumPy's arithmetic no longer pays for beginning anew."""


@dataclass(frozen=True)
class Multiplier:
    """The real factor `mantissa * 2**(shift - 31)`: mantissa 0 or in [2**30, 2**31), shift in [-31, 31]."""

    mantissa: int
    shift: int

    @classmethod
    def of(cls, real: float) -> Multiplier:
        """The nearest multiplier to a real factor >= 0, a tie rounding away from zero; below 2**-32 or so it becomes 0."""
        if real == 0:
            return cls(0, 0)
        fraction, shift = math.frexp(real)
        mantissa = math.floor(fraction * 2**31 + 0.5)  # exact: the product has 22 fractional bits
        if mantissa == 2**31:
            mantissa, shift = 2**30, shift + 1
        return cls(0, 0) if shift < -LARGEST_SHIFT else cls(mantissa, shift)

    @property
    def fifteen_bits(self) -> int:
        """The mantissa rounded to 15 bits, with which TFLM multiplies sums of 64 bits."""
        return 0x7FFF if self.mantissa >= 0x7FFF0000 else (self.mantissa + 2**15) >> 16

    @property
    def left_shift(self) -> int:
        return max(self.shift, 0)

    @property
    def right_shift(self) -> int:
        return max(-self.shift, 0)

    def apply(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Multiply int32 values and round twice; |values| << left_shift must stay within int32."""
        return _scaled(values, *np.array((self.mantissa, self.left_shift, self.right_shift), np.int64))


def apply_each(multipliers: Sequence[Multiplier], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """`Multiplier.apply` along the last axis of values (..., C), each of C multipliers to its own place; or one to all of them."""
    each = np.array([(m.mantissa, m.left_shift, m.right_shift) for m in multipliers], np.int64).T
    side_by_side = _pixels(values.shape) if len(multipliers) > 1 else 1
    mantissas, lefts, rights = np.tile(each, side_by_side)
    wide = values.reshape(-1, side_by_side * values.shape[-1])
    return _scaled(wide, mantissas, lefts, rights).reshape(values.shape)


def apply_each_once(multipliers: Sequence[Multiplier], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """As `apply_each`, for sums that TFLM keeps in 64 bits: with `fifteen_bits`, rounded once, half up; |values| must stay below 2^47."""
    mantissas, shifts = np.array([(m.fifteen_bits, 15 - m.shift) for m in multipliers], np.int64).T
    return np.asarray((values * mantissas + (1 << (shifts - 1))) >> shifts, np.int64)


def _scaled(values: NDArray[np.int64], mantissas: NDArray[np.int64], lefts: NDArray[np.int64], rights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Values of any shape by multipliers that broadcast to it: the one place where TFLM's two roundings are written down."""
    high = (values << lefts if lefts.any() else values) * mantissas
    high += 1 << 30
    high >>= 31  # the first rounding: half up
    high += high >> 63 if rights.all() else (high >> 63) * (rights > 0)
    high += (1 << rights) >> 1
    high >>= rights  # the second: half away from zero, since below 0 a tie goes down
    return np.asarray(high, np.int64)


def _pixels(shape: tuple[int, ...]) -> int:
    """How many neighbours along the inner axes of (..., C) are worked on as one row: NumPy is slow with many short ones."""
    pixels = 1
    for side in shape[-2:0:-1]:
        pixels *= side if pixels * shape[-1] < LONG_ROW else 1
    return pixels


def activation_range(activation: str, scale: float, zero_point: int, ends: tuple[int, int] = INT8) -> tuple[int, int]:
    """The lowest and highest code a fused activation lets through (CalculateActivationRangeQuantized in kernel_util.cc).

    Args:
        activation: NONE, RELU, RELU6 or RELU_N1_TO_1.
        scale, zero_point: of the output.
        ends: lowest and highest code of its type.
    """
    lowest, highest = ends

    def code(real: float) -> int:
        quotient = float(np.float32(real) / np.float32(scale))  # in float32, as there
        return zero_point + int(math.copysign(math.floor(abs(quotient) + 0.5), quotient))

    clips = {"NONE": (None, None), "RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}[activation]
    if clips[0] is not None:
        lowest = max(lowest, code(clips[0]))
    if clips[1] is not None:
        highest = min(highest, code(clips[1]))
    return lowest, highest
