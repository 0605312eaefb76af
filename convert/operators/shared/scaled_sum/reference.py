"""ADD and SUB as integers: both operands brought to one fine scale, added or subtracted, and brought to the output's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.binary.operands import Values
from plumbline.convert.operators.shared.binary.reference import Binary, below_one, facts

LEFT_SHIFTS = {"INT8": 20, "INT16": 15}
"""Bits by which codes are shifted before they are scaled, so that rounding there stays far below a code (left_shift in add_common.cc)."""


@dataclass(frozen=True)
class ScaledSum(Binary):
    """clamp(multiplier * (first multiplier * first * 2^left + sign * second multiplier * second * 2^left) + zero point).

    Operands are code - zero point. The fine scale is 2 * the larger operand's scale * 2^-left, where left is one of LEFT_SHIFTS.
    """

    multipliers: tuple[Multiplier, Multiplier]
    """Operand scale / (2 * larger scale): exactly a half for the larger."""
    multiplier: Multiplier
    """Fine scale / output scale."""
    sign: int
    """1 adds, -1 subtracts."""

    @property
    def left_shift(self) -> int:
        return LEFT_SHIFTS[self.type]

    def answer(self, *sources: Values) -> Values:
        """Answer codes (N, elements) of each run-time operand with codes (N, elements), as AddFunc in add.h and SubElementwise in sub.h do."""
        first, second = (m.apply(values << self.left_shift) for m, values in zip(self.multipliers, self.aligned(sources), strict=True))
        return self.codes(self.multiplier.apply(first + self.sign * second))


def scaled_sum(operator: Operator, activation: str, sign: int, scalar: type[np.float32] | type[np.float64]) -> ScaledSum:
    """Check an ADD or SUB and work out its multipliers.

    Args:
        operator: from the graph.
        activation: the fused one.
        sign: 1 adds, -1 subtracts.
        scalar: the type in which TFLM divides scales.

    Raises:
        ModelRefused, UnsupportedOperator: see `binary.facts`; scales lie too far apart.
    """
    found = facts(operator, activation)
    scales = [scalar(operand.scale) for operand in found["operands"]]
    with np.errstate(over="ignore", under="ignore"):
        twice = scalar(2) * max(scales)
        first, second = (below_one(operator, float(scale / twice)) for scale in scales)
        whole = below_one(operator, float(twice / (scalar(1 << LEFT_SHIFTS[found["type"]]) * scalar(operator.outputs[0].quantized.scale))))
    return ScaledSum(**found, multipliers=(first, second), multiplier=whole, sign=sign)
