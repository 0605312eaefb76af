"""What ADD, SUB and MUL of codes share: two operands on scales of their own, and a result that is brought to its scale and clipped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.binary.operands import BROADCAST, Operand, Together, Values, Walk, operands, walk
from plumbline.convert.operators.shared.checks import FUSED, codes_passed, int8, refused

ACCEPTS = f"{BROADCAST}; {FUSED}"

Integers = NDArray[np.int64]


class Facts(Walk):
    """The fields of Binary, to build one of its subclasses from."""

    lowest: int
    highest: int
    activation: str


@dataclass(frozen=True)
class Binary(Together):
    """Codes are kept between `lowest` and `highest`."""

    lowest: int
    highest: int
    activation: str

    @property
    def output(self) -> Quantization:
        assert self.result is not None
        return self.result

    def aligned(self, sources: tuple[Values, ...]) -> list[Integers]:
        """Code - zero point of both operands, with dimensions that fit, see `lined_up`."""
        values = zip(self.lined_up(sources), self.operands, strict=True)
        return [each.astype(np.int64) - operand.zero_point for each, operand in values]

    def codes(self, results: Integers) -> Values:
        """Codes (N, elements) of results (N, *shape) that have the output's scale."""
        kept = np.clip(results + self.output.zero_point, self.lowest, self.highest)
        return kept.astype(np.int8).reshape(len(kept), -1)


def facts(operator: Operator, activation: str) -> Facts:
    """Check both operands and the result.

    Args:
        operator: with two inputs.
        activation: the fused one.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    tensors = operands(operator, 2)
    for tensor in (*tensors, operator.outputs[0]):
        int8(operator, tensor)
    found = walk(operator, tensors)
    lowest, highest = codes_passed(operator, activation)
    return Facts(**found, lowest=lowest, highest=highest, activation=activation)


def largest(operand: Operand) -> int:
    """The greatest distance of a code from the zero point."""
    return max(127 - operand.zero_point, operand.zero_point + 128)


def below_one(operator: Operator, real: float) -> Multiplier:
    """The multiplier of a factor that TFLM's kernel insists to be above 0 and below 1 (QuantizeMultiplierSmallerThanOneExp); it aborts else."""
    multiplier = Multiplier.of(real) if 0 < real < 1 else None
    if multiplier is None or multiplier.shift > 0:
        scales = [tensor.quantized.scale for tensor in (*operator.inputs, *operator.outputs) if tensor is not None]
        raise refused(operator, "cannot bring the scales {:g} and {:g} to {:g}: they lie too far apart".format(*scales))
    return multiplier
