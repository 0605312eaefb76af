"""DIV as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.div.reciprocals import Integers, quotients
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.options import activation
from plumbline.convert.operators.shared.binary.operands import Values, alike, operands
from plumbline.convert.operators.shared.binary.reference import Binary, facts
from plumbline.convert.operators.shared.checks import options_of, refused, unsupported
from plumbline.convert.operators.shared.whole.reference import Whole, of_whole_numbers, whole

SHIFTS = (-24, 22)
"""Of the multiplier: beyond these a quotient would be shifted by less than 0 or more than 63 bits, which C does not define."""


@dataclass(frozen=True)
class DivOptions:
    """Options of DIV."""

    activation: Annotated[str, activation(0)]


@dataclass(frozen=True)
class DivReference(Binary):
    """clamp(multiplier * first / second + zero point), operands being code - zero point."""

    multiplier: Multiplier
    """First scale / (second scale * output scale)."""

    def answer(self, *sources: Values) -> Values:
        """Answer codes (N, elements) of each run-time operand with codes (N, elements), as DivElementwise in div.h does."""
        return self.divided(*self.aligned(sources))

    def divided(self, first: Integers, second: Integers) -> Values:
        """Codes (N, elements) of operands that broadcast to (N, ...)."""
        return self.codes(quotients(first, second, self.multiplier))


def check_div(operator: Operator, float_product: bool = False) -> DivReference | Whole:
    """Check a DIV operator and work out its multiplier.

    Args:
        operator: from the graph.
        float_product: divide scales in float32, as CalculateOpDataDiv in div.cc did until August 2026 at least; the wheel of October 2026 divides in
            double.

    Raises:
        ModelRefused: its tensors contradict each other; scales lie too far apart.
        UnsupportedOperator: they are of another type, or all constants; a divisor of int32 is no constant, or 0 or -1.
    """
    chosen = options_of(operator, DivOptions).activation
    if of_whole_numbers(operator):
        return of_int32(operator, chosen)
    alike(operator, operands(operator, 2), ("INT8",))
    found = facts(operator, chosen)
    scalar = np.float32 if float_product else np.float64
    first, second = (scalar(operand.scale) for operand in found["operands"])
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        real = float(first / (second * scalar(operator.outputs[0].quantized.scale)))
    multiplier = Multiplier.of(min(real, 2.0**31))
    if not SHIFTS[0] <= multiplier.shift <= SHIFTS[1]:
        raise refused(operator, f"has scales whose quotient is {real:g} times the output's: they lie too far apart")
    return DivReference(**found, multiplier=multiplier)


def of_int32(operator: Operator, chosen: str) -> Whole:
    """Check a DIV of int32 numbers, of which C does not define every one; TensorFlow Lite Micro ends where it is asked for such a one."""
    result = whole(operator, "/", chosen)
    divisors = result.operands[1].constant
    if divisors is None:
        raise unsupported(operator, "of int32 by numbers that are no constants, and may be 0,")
    if np.isin(divisors, (0, -1)).any():
        raise unsupported(operator, "of int32 by 0, or by -1, by which the lowest number cannot be divided,")
    return result
