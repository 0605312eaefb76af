"""QUANTIZE from codes of one type to codes of another as integers: each is worked out where it is needed, since a table would be large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.checks import codes_of, refused, unsupported

PAIRS = {
    "INT8": ("INT8", "UINT8", "INT16", "INT32"),
    "UINT8": ("INT8",),
    "INT16": ("INT8", "INT16", "INT32"),
    "INT32": ("INT8", "INT16"),
}
"""Types of inputs, and those of outputs that TFLM's kernel has for each (quantize_common.cc)."""
INT32 = np.iinfo(np.int32)


@dataclass(frozen=True)
class Requantize:
    """clamp(multiplier * (code - input zero point) + output zero point) of each of `elements` codes."""

    elements: int
    multiplier: Multiplier
    """Input scale / output scale."""
    input: Quantization
    output: Quantization
    dtype: np.dtype[Any]
    """Of the output."""

    @property
    def exact(self) -> bool:
        """Whether both scales are the same, so that nothing is multiplied."""
        return (self.multiplier.mantissa, self.multiplier.shift) == (1 << 30, 1)

    def answer(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Answer codes (N, elements) with as many, as Requantize in requantize.h does."""
        products = self.multiplier.apply(codes.astype(np.int64) - self.input.zero_point)
        info = np.iinfo(self.dtype)
        return np.asarray(np.clip(products + self.output.zero_point, info.min, info.max), self.dtype)


def requantize(operator: Operator, source: Tensor, target: Tensor) -> Requantize:
    """Check a QUANTIZE from codes to codes of another type, or of a wide one, and work out its multiplier.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: TFLM's kernel has no such pair of types, or its int32 arithmetic would overflow for some codes.
    """
    codes_of(operator, source, tuple(PAIRS))
    codes_of(operator, target, PAIRS[source.type])
    if source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    zero, real = source.quantized.zero_point, source.quantized.scale / target.quantized.scale
    info = np.iinfo(source.dtype)
    distances = (int(info.min) - zero, int(info.max) - zero)
    multiplier = Multiplier.of(real) if real < 2**31 else None
    steps: list[float] = []
    if multiplier is not None:
        steps = [*(each << multiplier.left_shift for each in distances), *results(distances, real, target)]
    if multiplier is None or not all(INT32.min <= each <= INT32.max for each in steps):
        what = f"from {source.type} of scale {source.quantized.scale:g} to {target.type} of scale {target.quantized.scale:g}"
        raise unsupported(operator, f"{what}, which exceeds the int32 that TensorFlow Lite Micro computes with,")
    return Requantize(target.elements, multiplier, source.quantized, target.quantized, target.dtype)


def results(distances: tuple[int, int], real: float, target: Tensor) -> list[float]:
    """What the ends of a range become, without the output's zero point and with it, and one more for the rounding."""
    return [distance * real + extra for distance in distances for extra in (1, -1, target.quantized.zero_point + 1, target.quantized.zero_point - 1)]
