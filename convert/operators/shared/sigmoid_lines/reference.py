"""What LOGISTIC and TANH of int16 share: codes times a factor become places along a table of the sigmoid."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.shared.checks import refused
from plumbline.convert.operators.shared.sigmoid_table import Integers

POWER = -12
"""Of the scale, for which the factor is 3: the table's unit is 1 / (3 * 2**12)."""
LARGEST_FACTOR = 32767
LARGEST_SHIFT = 31
OUTPUT_POWER = -15
"""The output's scale is 2 to this."""
NEARLY = 1e-3
"""A scale's binary logarithm that is as near to a whole number counts as that (CheckedLog2 in quantization_util.cc)."""

Function = Callable[[Integers, int, int], Integers]


@dataclass(frozen=True)
class SigmoidLines:
    """Answers each of `elements` int16 codes with the function at (code * factor + half) >> right."""

    elements: int
    factor: int
    right: int
    function: Function
    """Maps codes, the factor and the right shift to codes of 2**-15."""
    helper: str
    """The function in C."""
    input: Quantization
    output: Quantization

    def answer(self, codes: NDArray[np.int16]) -> NDArray[np.int16]:
        """Answer codes (N, elements) with as many."""
        return self.function(codes.astype(np.int64), self.factor, self.right).astype(np.int16)


def sigmoid_lines(operator: Operator, source: Tensor, target: Tensor, function: Function, helper: str, powers: tuple[int, ...]) -> SigmoidLines:
    """Work out the factor of a LOGISTIC or TANH from int16 to int16.

    Args:
        operator, source, target: checked to fit together.
        function, helper: see SigmoidLines.
        powers: of the input's scale, for which the kernel takes the factor to be exact.

    Raises:
        ModelRefused: the output has another scale than 2**-15, or the factor exceeds 16 bits.
    """
    if _power(target.quantized.scale) != OUTPUT_POWER:
        raise refused(operator, f"has the output scale {target.quantized.scale:g}, not 1/32768")
    power = _power(source.quantized.scale)
    if power is not None and power in powers:
        factor, right = 3 << (power - POWER), 0
    else:
        factor, right = _factor(source.quantized.scale * 3 / 2.0**POWER)
    if factor > LARGEST_FACTOR:
        raise refused(operator, f"has the input scale {source.quantized.scale:g}, too large for the products of its kernel")
    return SigmoidLines(source.elements, factor, right, function, helper, source.quantized, target.quantized)


def _power(scale: float) -> int | None:
    """Of 2, for a scale that counts as one."""
    exact = math.log2(scale)
    return round(exact) if abs(exact - round(exact)) < NEARLY else None


def _factor(real: float) -> tuple[int, int]:
    """A whole number of up to 15 bits, cut off, and the right shift that make up a real factor."""
    right = 0
    while real <= LARGEST_FACTOR / 2 and right < LARGEST_SHIFT:
        real, right = real * 2, right + 1
    return int(min(real, 2.0**31)), right
