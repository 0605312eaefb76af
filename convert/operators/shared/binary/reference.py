"""What ADD, SUB and MUL of codes share: two operands on scales of their own, and a result that is brought to its scale and clipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import NUMPY_TYPES, Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import LARGEST_SCALED, Multiplier
from plumbline.convert.operators.shared.binary.operands import BROADCAST, Operand, Together, Values, Walk, alike, operands, walk
from plumbline.convert.operators.shared.checks import FUSED, codes_passed, int8, refused

ACCEPTS = f"{BROADCAST}; {FUSED}"

CODES = ("INT8", "INT16")
TYPES = (*CODES, "INT32")
"""Of what can be added, subtracted and multiplied; int32 are whole numbers."""

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
        return kept.astype(NUMPY_TYPES[self.type]).reshape(len(kept), -1)


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
    alike(operator, tensors, CODES)
    found = unclipped(operator, tensors)
    found["lowest"], found["highest"] = codes_passed(operator, activation)
    found["activation"] = activation
    return found


def unclipped(operator: Operator, tensors: Sequence[Tensor]) -> Facts:
    """Check operands of codes, whose types need not be one, and the result; raises as `facts`."""
    for tensor in (*tensors, operator.outputs[0]):
        coded(operator, tensor)
    lowest, highest = codes_passed(operator, "NONE")
    return Facts(**walk(operator, tensors), lowest=lowest, highest=highest, activation="NONE")


def coded(operator: Operator, tensor: Tensor) -> None:
    """The tensor must be of codes, quantized as a whole; an int16's zero point must be 0, as the schema's quantization of int16 has it."""
    if tensor.type == "INT8" or tensor.quantization is None:
        int8(operator, tensor)
    elif tensor.quantization.zero_points != (0,):
        raise refused(operator, f"has {tensor.name} of type {tensor.type} with the zero points {tensor.quantization.zero_points}, not 0")


def largest(operand: Operand) -> int:
    """The greatest distance of a code from the zero point."""
    ends = np.iinfo(NUMPY_TYPES[operand.type])
    return max(ends.max - operand.zero_point, operand.zero_point - ends.min)


def below_one(operator: Operator, real: float) -> Multiplier:
    """The multiplier of a factor that TFLM's kernel insists to be above 0 and below 1 (QuantizeMultiplierSmallerThanOneExp); it aborts else."""
    multiplier = Multiplier.of(real) if 0 < real < 1 else None
    if multiplier is None or multiplier.shift > 0:
        scales = [tensor.quantized.scale for tensor in (*operator.inputs, *operator.outputs) if tensor is not None]
        raise refused(operator, "cannot bring the scales {:g} and {:g} to {:g}: they lie too far apart".format(*scales))
    return multiplier


def bounded(operator: Operator, real: float, most: int) -> Multiplier:
    """The multiplier of a factor > 0; numbers of up to `most`, shifted left by it, must stay within 2^30, see `plumbline_scaled_fast`."""
    multiplier = Multiplier.of(min(real, 2.0**31))
    if most << multiplier.left_shift > LARGEST_SCALED:
        raise refused(operator, f"has numbers of up to {most}, shifted left by {multiplier.shift}, which exceed 30 bits")
    return multiplier
