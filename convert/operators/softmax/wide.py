"""SOFTMAX of int16: exponentials and a reciprocal are straight lines between the entries of two tables, which no scale changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.fixed_point import INT16, LARGEST_SCALED, Multiplier
from plumbline.convert.operators.shared.checks import refused
from plumbline.convert.operators.shared.exponential import Integers

STEPS = 512
"""Of a table."""
CODES = INT16[1] - INT16[0]
FARTHEST = 10.0
"""exp(-10) and less count as that."""
OUTPUT = (1 / 32768, 0)
LONGEST_ROW = 65536
"""Up to which a sum of exponentials stays within int32."""


def entries(lowest: float, highest: float, function: Callable[[float], float]) -> Integers:
    """(513,) values of 2**-15 of a function from one number to another, as LUTPopulateInt16 in common.h works them out in float32.

    Entries lie off the function by half of what the line to the next one is off in the middle. The function's results are rounded to float32 once.
    """

    def values(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.array([function(float(each)) for each in x], np.float32)

    two = np.float32(2)
    scale = two / np.float32(CODES)
    unit = np.float32(CODES + 1) / (scale * np.float32(INT16[1]) - scale * np.float32(INT16[0]))
    first = np.float32(lowest)
    step = (np.float32(highest) - first) / np.float32(STEPS)
    places = np.arange(STEPS + 1, dtype=np.float32) * step
    at, middle = values(first + places[:-1]) * unit, values(first + places[:-1] + step / two) * unit
    after = values(first + places[1:]) * unit
    off = _rounded((after + _rounded(at)) / two) - _rounded(middle)
    result = np.append(_rounded(at) - _rounded(off / two), _rounded(values(np.array([highest], np.float32)) * unit))
    return np.clip(result, *INT16).astype(np.int64)


def _rounded(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """To the nearest whole number, a tie away from zero."""
    return np.copysign(np.floor(np.abs(values.astype(np.float64)) + 0.5), values).astype(np.float32)


EXPONENTIALS = entries(-FARTHEST, 0.0, math.exp)
"""exp(i * 10 / 512 - 10)."""
RECIPROCALS = entries(0.0, 1.0, lambda x: float(np.float32(1) / (np.float32(1) + np.float32(x))))
"""1 / (1 + i / 512)."""


def looked_up(values: Integers, table: Integers) -> Integers:
    """Values from -32768 to 32767 along a table, as LUTLookup in common.h."""
    entry = 256 + (values >> 7)
    return np.asarray(table[entry] + (((table[entry + 1] - table[entry]) * (values & 127) + 64) >> 7), np.int64)


@dataclass(frozen=True)
class WideSoftmaxReference:
    """output = 32768 * exp(input) / sum of exp along each of `rows` rows of `depth` int16 codes."""

    rows: int
    depth: int
    multiplier: Multiplier
    """beta * input scale / (10 / 65535)."""
    beta: float

    def answer(self, codes: NDArray[np.int16]) -> NDArray[np.int16]:
        """Answer codes (N, rows * depth) with as many, as SoftmaxInt16 in softmax.h does."""
        wide = codes.reshape(-1, self.depth).astype(np.int64)
        below = self.multiplier.apply(wide - wide.max(axis=1, keepdims=True)) + INT16[1]
        parts = looked_up(np.clip(below, *INT16), EXPONENTIALS)
        total = parts.sum(axis=1, keepdims=True)
        headroom = 32 - np.frexp(total.astype(np.float64))[1].astype(np.int64)
        rest = (((total << (headroom - 1)) + (1 << 13)) >> 14) - (1 << 15) - (1 << 16)
        scale = looked_up(np.clip(rest, *INT16), RECIPROCALS)
        shift = 31 - headroom
        answer = (parts * scale + (1 << (shift - 1))) >> shift
        return np.asarray(np.clip(answer, 0, INT16[1]), np.int16).reshape(len(codes), -1)


def wide_softmax(operator: Operator, source: Tensor, target: Tensor, beta: float) -> WideSoftmaxReference:
    """Check the scales of a SOFTMAX from int16 to int16; raises ModelRefused where TFLM would refuse it or its integers would overflow."""
    near(operator, target, *OUTPUT)
    if source.shape[-1] > LONGEST_ROW:
        raise refused(operator, f"has rows of {source.shape[-1]} codes, whose exponentials exceed an int32")
    real = beta * source.quantized.scale / (FARTHEST / CODES)
    multiplier = Multiplier.of(real) if 0 <= real < 2**31 else None
    if multiplier is None or CODES << multiplier.left_shift > LARGEST_SCALED:
        raise refused(operator, f"has a beta of {beta:g} on an input scale of {source.quantized.scale:g}")
    return WideSoftmaxReference(source.elements // source.shape[-1], source.shape[-1], multiplier, beta)


def near(operator: Operator, target: Tensor, scale: float, zero_point: int) -> None:
    """The output's scale and zero point must be these; of the scale TFLM lets a thousandth pass."""
    found = target.quantized
    if found.zero_point != zero_point or abs(found.scale - scale) > 0.001 * scale:
        raise refused(operator, f"has the output scale {found.scale:g} and zero point {found.zero_point}, not 1/{1 / scale:.0f} and {zero_point}")
