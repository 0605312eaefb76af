"""SQUARED_DIFFERENCE as integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import LARGEST_SCALED, LARGEST_SHIFT, Multiplier
from plumbline.convert.operators.shared.binary.operands import Values
from plumbline.convert.operators.shared.binary.plain import Plain, plain
from plumbline.convert.operators.shared.binary.reference import Binary, below_one, facts, largest
from plumbline.convert.operators.shared.checks import refused
from plumbline.convert.operators.shared.whole.reference import of_whole_numbers

LEFT_SHIFTS = {"INT8": 7, "INT16": 0}
"""Bits by which codes are shifted before they are scaled (SquaredDifferencePrepare in squared_difference.cc)."""


@dataclass(frozen=True)
class SquaredDifference(Binary):
    """clamp(multiplier * (first multiplier * first * 2^left - second multiplier * second * 2^left)^2 + zero point).

    Operands are code - zero point; left is one of LEFT_SHIFTS, the fine scale 2 * the larger operand's scale * 2^-left.
    """

    multipliers: tuple[Multiplier, Multiplier]
    """Operand scale / (2 * larger scale): exactly a half for the larger."""
    multiplier: Multiplier
    """Fine scale^2 / output scale."""

    @property
    def left_shift(self) -> int:
        return LEFT_SHIFTS[self.operands[0].type]

    def answer(self, *sources: Values) -> Values:
        """Answer codes (N, elements) of each run-time operand with codes (N, elements), as SquaredDifference in squared_difference.cc does."""
        values = zip(self.multipliers, self.aligned(sources), strict=True)
        first, second = (multiplier.apply(each << self.left_shift) for multiplier, each in values)
        return self.codes(self.multiplier.apply((first - second) ** 2))


def check_squared_difference(operator: Operator) -> SquaredDifference | Plain:
    """Check a SQUARED_DIFFERENCE operator and work out its multipliers.

    Raises:
        ModelRefused, UnsupportedOperator: see `binary.facts` and `plain`; scales lie too far apart, so that a square shifted left could exceed 2^30.
    """
    if of_whole_numbers(operator):
        return plain(operator, squared_difference, ("INT32",))
    found = facts(operator, "NONE")
    left = LEFT_SHIFTS[found["type"]]
    scales = [operand.scale for operand in found["operands"]]
    twice = 2 * max(scales)
    first, second = (below_one(operator, scale / twice) for scale in scales)
    multiplier = Multiplier.of(min(twice * twice / ((1 << 2 * left) * operator.outputs[0].quantized.scale), 2.0**31))
    most = int(sum(int(each.apply(np.array(largest(operand) << left))) for each, operand in zip((first, second), found["operands"], strict=True)))
    if most**2 << multiplier.left_shift > LARGEST_SCALED + (multiplier.right_shift < LARGEST_SHIFT):
        raise refused(operator, f"has squares of up to {most**2}, shifted left by {multiplier.shift}, which exceed 30 bits")
    return SquaredDifference(**found, multipliers=(first, second), multiplier=multiplier)


def squared_difference(first: Values, second: Values) -> Values:
    """Of int32 numbers, modulo 2^32."""
    difference = first - second
    return np.asarray(difference * difference, np.int32)
