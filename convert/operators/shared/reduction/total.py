"""MEAN and SUM: sums on the output's scale, which for a mean has the division in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization
from plumbline.convert.operators.fixed_point import ENDS, LARGEST_SCALED, Multiplier
from plumbline.convert.operators.shared.checks import refused
from plumbline.convert.operators.shared.reduction.reference import Reduction, reduction

TYPES = ("INT8", "INT16")


@dataclass(frozen=True)
class TotalReference(Reduction):
    """clamp(multiplier * sum of (code - input zero point) + output zero point), the sum running over `axes` of `shape`."""

    multiplier: Multiplier
    """Input scale / output scale, for a mean / number of summands as well."""
    input: Quantization
    output: Quantization
    limits: tuple[int, int]
    """Lowest and highest code of the type of both tensors."""

    def answer(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Answer codes (N, elements) with codes (N, elements / summands), as QuantizedMeanOrSum in reduce.h does."""
        sums = (self.lined_up(codes).astype(np.int64) - self.input.zero_point).sum(axis=2)
        return np.clip(self.multiplier.apply(sums) + self.output.zero_point, *self.limits).astype(codes.dtype)


def total(operator: Operator, divides: bool) -> TotalReference:
    """Check a MEAN, which divides, or a SUM and work out its multiplier.

    Raises:
        ModelRefused: its tensors contradict each other, or a sum could exceed 2^30.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    source, target, over = reduction(operator, TYPES)
    one, other = source.quantized, target.quantized
    multiplier = Multiplier.of(min(one.scale / other.scale, 2.0**31))
    if divides:
        bits = min(over.summands.bit_length() - 1, 31 + multiplier.shift)  # keeps as many of the mantissa's bits as a shift by 31 leaves
        multiplier = Multiplier((multiplier.mantissa << bits) // over.summands, multiplier.shift - bits)
    lowest, highest = ENDS[source.type]
    largest = over.summands * max(highest - one.zero_point, one.zero_point - lowest)
    if max(largest, over.summands * -lowest) << multiplier.left_shift > LARGEST_SCALED:
        raise refused(operator, f"has sums of up to {largest}, shifted left by {multiplier.left_shift}, which exceed 30 bits")
    return TotalReference(over.shape, over.axes, multiplier, one, other, (lowest, highest))
