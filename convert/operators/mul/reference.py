"""MUL as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import LARGEST_SCALED, LARGEST_SHIFT, Multiplier
from plumbline.convert.operators.options import activation
from plumbline.convert.operators.shared.binary.operands import Values
from plumbline.convert.operators.shared.binary.reference import Binary, facts, largest
from plumbline.convert.operators.shared.checks import options_of, refused
from plumbline.convert.operators.shared.whole.reference import Whole, of_whole_numbers, whole


@dataclass(frozen=True)
class MulOptions:
    """Options of MUL."""

    activation: Annotated[str, activation(0)]


@dataclass(frozen=True)
class MulReference(Binary):
    """clamp(multiplier * first * second + zero point), operands being code - zero point."""

    multiplier: Multiplier
    """First scale * second scale / output scale."""

    def answer(self, *sources: Values) -> Values:
        """Answer codes (N, elements) of each run-time operand with codes (N, elements), as MulElementwise in integer_ops/mul.h does."""
        first, second = self.aligned(sources)
        return self.codes(self.multiplier.apply(first * second))


def check_mul(operator: Operator) -> MulReference | Whole:
    """Check a MUL operator and work out its multiplier.

    Raises:
        ModelRefused, UnsupportedOperator: see `binary.facts` and `whole`; a product shifted left could exceed 2^30.
    """
    activation = options_of(operator, MulOptions).activation
    if of_whole_numbers(operator):
        return whole(operator, "*", activation)
    found = facts(operator, activation)
    first, second = found["operands"]
    real = first.scale * second.scale / operator.outputs[0].quantized.scale
    most = largest(first) * largest(second)
    multiplier = Multiplier.of(min(real, 2.0**31))
    if most << multiplier.left_shift > LARGEST_SCALED + (multiplier.right_shift < LARGEST_SHIFT):  # the lowest two codes of int16 reach 2^30
        raise refused(operator, f"has products of up to {most}, shifted left by {multiplier.shift}, which exceed 30 bits")
    return MulReference(**found, multiplier=multiplier)
