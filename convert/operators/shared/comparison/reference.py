"""Comparisons as integers: codes are compared by their real numbers in steps of 1/256, everything else as it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.binary.operands import Together, Values, alike, operands, walk
from plumbline.convert.operators.shared.binary.plain import Plain
from plumbline.convert.operators.shared.checks import int8, refused

LEFT_SHIFT = 8
"""Bits by which codes are shifted before they are scaled (kLeftShift in comparisons.cc)."""
COMPARE = {"==": np.equal, "!=": np.not_equal, ">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}
"""By the operator in C."""
NUMBERS = ("INT8", "INT32")
"""What can be in order."""
VALUES = (*NUMBERS, "BOOL")
"""What can be equal."""

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Comparison(Together):
    """Whether first `symbol` second, both being codes brought to one scale."""

    symbol: str
    steps: tuple[Integers, Integers]
    """Of both operands: 256 * the real value of each code from -128 to 127, rounded."""

    def answer(self, *sources: Values) -> NDArray[np.bool_]:
        """Answer codes (N, elements) of each run-time operand with (N, elements), as ComparisonWithScaling in comparisons.h does."""
        values = self.lined_up(sources)
        first, second = (steps[codes.astype(np.int64) + 128] for steps, codes in zip(self.steps, values, strict=True))
        answers: NDArray[np.bool_] = COMPARE[self.symbol](first, second)
        return answers.reshape(len(answers), -1)


def comparison(operator: Operator, symbol: str, types: tuple[str, ...]) -> Comparison | Plain:
    """Check a comparison.

    Args:
        operator: from the graph.
        symbol: of COMPARE.
        types: of the operands.

    Raises:
        ModelRefused: its tensors contradict each other; a scale is 1 or more.
        UnsupportedOperator: they are of another type, or all constants.
    """
    tensors = operands(operator, 2)
    alike(operator, tensors, types, "BOOL")
    found = walk(operator, tensors)
    if tensors[0].type != "INT8":
        return Plain(**found, function=COMPARE[symbol])
    first, second = (steps_of(operator, tensor) for tensor in tensors)
    return Comparison(**found, symbol=symbol, steps=(first, second))


def steps_of(operator: Operator, tensor: Tensor) -> Integers:
    """256 * the real value of every code, rounded as TFLM does, which insists on a scale below 1 (QuantizeMultiplierSmallerThanOneExp)."""
    int8(operator, tensor)
    multiplier = Multiplier.of(tensor.quantized.scale)
    if not 0 < tensor.quantized.scale < 1 or multiplier.shift > 0:
        raise refused(operator, f"has {tensor.name} of the scale {tensor.quantized.scale:g}: TensorFlow Lite Micro compares scales below 1")
    return multiplier.apply((np.arange(-128, 128, dtype=np.int64) - tensor.quantized.zero_point) << LEFT_SHIFT)
