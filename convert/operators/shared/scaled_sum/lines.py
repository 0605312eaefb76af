"""Sums of int8 codes as one straight line of both: where that gives TensorFlow Lite Micro's code for every pair of codes, it spares all roundings on
the way there. There are 65,536 pairs at most, and all of them are tried. Where a rounding on the way decides about a code, the line begins
elsewhere for each code of one operand.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.operators.fixed_point import INT8, INT32_MAX, Multiplier
from plumbline.convert.operators.shared.scaled_sum.reference import ScaledSum

Integers = NDArray[np.int64]
REACH = 2
"""How far factors are looked for from the nearest whole numbers. Ties, which go away from 0, need a line that is a little steeper."""
BITS = 30
"""What a sum of products may take, without its sign."""
SPARE = 128
"""For what a code moves."""


@dataclass(frozen=True)
class Line:
    """code = (first * factors[0] + second * factors[1] + start + moved) >> shift, before it is clipped; no sum leaves an int32."""

    factors: tuple[int, int]
    start: int
    shift: int
    moved: tuple[int, ...] = ()
    """Of each code of the second operand, from -128 on, where one line is not enough: int8 numbers."""


@dataclass(frozen=True)
class Side:
    """An operand: its codes, what is taken off them, the factor to the fine scale, and the rate at which the output's codes grow with them."""

    codes: tuple[int, ...]
    zero_point: int
    multiplier: Multiplier
    rate: float


def line_of(layer: ScaledSum) -> Line | None:
    """The line of a layer of int8 codes; None where there is none nearby."""
    sides = []
    for operand, multiplier, sign in zip(layer.operands, layer.multipliers, (1, layer.sign), strict=True):
        codes = range(INT8[0], INT8[1] + 1) if operand.constant is None else np.unique(operand.constant).tolist()
        sides.append(Side(tuple(codes), operand.zero_point, multiplier, sign * operand.scale / layer.output.scale))
    return _searched(sides[0], sides[1], layer.left_shift, layer.sign, layer.multiplier, layer.output.zero_point, (layer.lowest, layer.highest))


@functools.lru_cache(256)
def _searched(first: Side, second: Side, left: int, sign: int, multiplier: Multiplier, zero_point: int, ends: tuple[int, int]) -> Line | None:
    """The nearest line of two operands, of which it gives the codes that `ScaledSum.answer` does; those at `ends` are clipped afterwards."""
    one, other = np.array(first.codes)[:, np.newaxis], np.array(second.codes)[np.newaxis]
    fine = (side.multiplier.apply((codes - side.zero_point) << left) for side, codes in ((first, one), (second, other)))
    codes = multiplier.apply(next(fine) + sign * next(fine)) + zero_point
    shift = BITS - math.ceil(math.log2(128 * (abs(first.rate) + abs(second.rate)) + 256))
    if shift < 1:
        return None
    low = np.where(codes > ends[0], np.clip(codes, *ends) << shift, -(1 << 40))
    high = np.where(codes < ends[1], (np.clip(codes, *ends) + 1 << shift) - 1, 1 << 40)
    middle = round((zero_point + 0.5 - first.rate * first.zero_point - second.rate * second.zero_point) * (1 << shift))
    near = [round(side.rate * (1 << shift)) for side in (first, second)]
    found: Line | None = None
    for steps in sorted(itertools.product(range(-REACH, REACH + 1), repeat=2), key=lambda each: max(map(abs, each))):
        factors = (near[0] + steps[0], near[1] + steps[1])
        sums = one * factors[0] + other * factors[1]
        least, most = (low - sums).max(axis=0), (high - sums).min(axis=0)
        start = min(max(middle, int(least.max())), int(most.min()))
        moved = np.clip(start, least, most) - start
        ends_there = int(sums.min()) + min(start, 0) - SPARE, int(sums.max()) + max(start, 0) + SPARE
        if (least > most).any() or np.abs(moved).max() > INT8[1] or ends_there[0] < -INT32_MAX or ends_there[1] > INT32_MAX:
            continue
        if not moved.any():
            return Line(factors, start, shift)
        found = found or Line(factors, start, shift, placed(second.codes, moved))
    return found


def placed(codes: tuple[int, ...], moved: Integers) -> tuple[int, ...]:
    """What is known of some codes as a table of all."""
    table = np.zeros(256, np.int64)
    table[np.array(codes) - INT8[0]] = moved
    return tuple(table.tolist())
