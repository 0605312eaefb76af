"""Sums, differences and products of int32 numbers, which wrap around, and quotients, which are rounded towards 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.binary.operands import Together, Values, alike, operands, walk
from plumbline.convert.operators.shared.checks import unsupported


def quotient(first: Values, second: Values) -> Values:
    """Rounded towards 0, as in C."""
    return np.asarray(np.trunc(first / second), np.int32)


ARITHMETIC: dict[str, Callable[..., Values]] = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": quotient}
"""By the operator in C."""
INT32 = (-(2**31), 2**31 - 1)
CLIPS = {"NONE": INT32, "RELU": (0, INT32[1]), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}
"""Lowest and highest number that a fused activation lets through (CalculateActivationRange in kernel_util.h)."""


@dataclass(frozen=True)
class Whole(Together):
    """first `symbol` second modulo 2^32, kept between `lowest` and `highest`."""

    symbol: str
    lowest: int
    highest: int

    def answer(self, *sources: Values) -> Values:
        """Answer numbers (N, elements) of each run-time operand with numbers (N, elements)."""
        results = np.clip(ARITHMETIC[self.symbol](*self.lined_up(sources)), self.lowest, self.highest)
        return results.reshape(len(results), -1)


def of_whole_numbers(operator: Operator) -> bool:
    """Whether the result is int32."""
    return bool(operator.outputs) and operator.outputs[0].type == "INT32"


def whole(operator: Operator, symbol: str, activation: str) -> Whole:
    """Check an operator of int32 numbers.

    Args:
        operator: from the graph.
        symbol: of ARITHMETIC.
        activation: the fused one.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: they are of another type, or all constants; its activation is of another kind.
    """
    tensors = operands(operator, 2)
    alike(operator, tensors, ("INT32",))
    if activation not in CLIPS:
        raise unsupported(operator, f"with the fused activation {activation}")
    lowest, highest = CLIPS[activation]
    return Whole(**walk(operator, tensors), symbol=symbol, lowest=lowest, highest=highest)
