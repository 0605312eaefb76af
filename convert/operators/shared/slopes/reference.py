"""What operators share that multiply int16 codes by one factor from 0 on and by another below: too many codes for a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import INT16, LARGEST_SCALED, Multiplier
from plumbline.convert.operators.shared.checks import arity, centred, refused, unsupported

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Slope:
    """sign * multiplier * code, rounded before the sign is changed."""

    multiplier: Multiplier | None
    """None for 1."""
    negated: bool = False
    """Whether the product is."""
    magnitude: bool = False
    """Whether the code's magnitude is multiplied."""

    def apply(self, codes: Integers) -> Integers:
        factors = np.abs(codes) if self.magnitude else codes
        products = factors if self.multiplier is None else self.multiplier.apply(factors)
        return -products if self.negated else products


@dataclass(frozen=True)
class Slopes:
    """Answers each of `elements` int16 codes by the slope of its side of 0, kept between `lowest` and `highest`."""

    elements: int
    above: Slope
    below: Slope | None
    """None where all codes below 0 become 0."""
    lowest: int
    highest: int
    input: Quantization
    output: Quantization

    def answer(self, codes: NDArray[np.int16]) -> NDArray[np.int16]:
        """Answer codes (N, elements) with as many."""
        wide = codes.astype(np.int64)
        below = np.zeros_like(wide) if self.below is None else self.below.apply(wide)
        return np.asarray(np.clip(np.where(wide >= 0, self.above.apply(wide), below), self.lowest, self.highest), np.int16)


def wide_ends(operator: Operator) -> tuple[Tensor, Tensor] | None:
    """The only input and the only output where both are int16, with a zero point of 0 and of the same shape; None for an input of another type.

    Raises:
        ModelRefused: they contradict each other.
        UnsupportedOperator: the input is a constant, or the output of another type.
    """
    arity(operator, 1)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    if source.type != "INT16":
        return None
    for tensor in (source, target):
        centred(operator, tensor)
    if source.data is not None:
        raise unsupported(operator, "of a constant")
    if source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    return source, target


def slopes(source: Tensor, target: Tensor, above: Slope, below: Slope | None, highest: int = INT16[1]) -> Slopes:
    return Slopes(source.elements, above, below, INT16[0] if below else 0, highest, source.quantized, target.quantized)


def multiplier_of_wide(operator: Operator, real: float) -> Multiplier:
    """The multiplier of a factor >= 0 for int16 codes, which shifted left by it must stay within 30 bits."""
    result = Multiplier.of(real) if real < 2**31 else None
    if result is None or -INT16[0] << result.left_shift > LARGEST_SCALED:
        raise refused(operator, f"has the output scale {operator.outputs[0].quantized.scale:g}, too small for its input")
    return result
