"""CUMSUM as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization
from plumbline.convert.operators.fixed_point import INT8, Multiplier
from plumbline.convert.operators.options import flag
from plumbline.convert.operators.shared.checks import activations, arity, options_of, refused
from plumbline.convert.operators.shared.reduction.reference import resolved

SUM_BITS = 13
"""Of a sum: TFLM keeps it in an int32, 19 bits to the left."""


@dataclass(frozen=True)
class CumsumOptions:
    """Options of CUMSUM."""

    exclusive: Annotated[bool, flag(0)]
    """Whether a code's own sum is without it."""
    reverse: Annotated[bool, flag(1)]
    """Whether sums begin at the end."""


@dataclass(frozen=True)
class CumsumReference:
    """clamp(multiplier * sum of (code - input zero point) + output zero point) along the middle one of three dimensions.

    Sums begin at minus the input's zero point, not at 0: that is how TFLM's kernel begins them. Beyond 13 bits they wrap around.
    """

    shape: tuple[int, int, int]
    """What is before the axis, along it, and behind it."""
    exclusive: bool
    reverse: bool
    multiplier: Multiplier
    """2 * input scale / 2**20 / output scale, of a sum shifted left by 19."""
    input: Quantization
    output: Quantization

    @property
    def wraps(self) -> bool:
        """Whether a sum can exceed 13 bits."""
        zero = self.input.zero_point
        return (self.shape[1] + 1) * max(127 - zero, zero + 128) >= 1 << (SUM_BITS - 1)

    def answer(self, codes: NDArray[np.int8]) -> NDArray[np.int8]:
        """Answer codes (N, elements) with as many, as CumSum in cumsum.h does."""
        distances = codes.reshape(-1, *self.shape).astype(np.int64) - self.input.zero_point
        turn = slice(None, None, -1 if self.reverse else 1)
        sums = np.cumsum(distances[:, :, turn], axis=2) - self.input.zero_point
        if self.exclusive:
            sums -= distances[:, :, turn]
        half = 1 << (SUM_BITS - 1)
        sums = ((sums + half) & (2 * half - 1)) - half
        high = (sums * self.multiplier.mantissa + 2**11) >> 12
        answer = Multiplier(1 << 30, 1 + self.multiplier.shift).apply(high) if self.multiplier.shift else high
        return np.asarray(np.clip(answer[:, :, turn] + self.output.zero_point, *INT8), np.int8).reshape(len(codes), -1)


def check_cumsum(operator: Operator) -> CumsumReference:
    """Check a CUMSUM operator and work out its multiplier.

    Raises:
        ModelRefused: its tensors contradict each other, or TFLM would refuse the output's scale.
        UnsupportedOperator: it is of a form the integer kernel does not have.
    """
    options = options_of(operator, CumsumOptions)
    arity(operator, 2)
    source, target = activations(operator)
    axes = resolved(operator, source)
    if len(axes) != 1:
        raise refused(operator, f"of {len(source.shape)} dimensions has the axes {axes}, not one")
    if source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    real = 2 * source.quantized.scale / (2**20 * target.quantized.scale)
    multiplier = Multiplier.of(real) if 0 < real < 1 else None
    if multiplier is None or multiplier.shift > 0:
        raise refused(operator, f"cannot bring the scale {source.quantized.scale:g} to {target.quantized.scale:g}: they lie too far apart")
    shape = (math.prod(source.shape[: axes[0]]), source.shape[axes[0]], math.prod(source.shape[axes[0] + 1 :]))
    return CumsumReference(shape, options.exclusive, options.reverse, multiplier, source.quantized, target.quantized)
