"""SOFTMAX as integers: a table of exponentials, worked out beforehand for each distance below a row's highest code, and a reciprocal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import INT32_MAX, Multiplier
from plumbline.convert.operators.options import real
from plumbline.convert.operators.shared.checks import activations, arity, options_of, refused, unsupported
from plumbline.convert.operators.shared.exponential import Integers, exponential, one_over_one_plus, product, shifted


@dataclass(frozen=True)
class SoftmaxOptions:
    """Options of SOFTMAX."""

    beta: Annotated[float, real(0)]
    """Factor of the exponents."""


INPUT_BITS = 5
"""Integer bits of the exponent -x: exp(-32) and less count as 0 (kScaledDiffIntegerBits in softmax.h)."""

SUM_BITS = 12
"""Integer bits of a row's sum of exponentials (kAccumulationIntegerBits)."""

LARGEST_ROW = 511
"""With a sum of 512 or more TFLM's kernel aborts the process."""

OUTPUT = (1 / 256, -128)
"""The only scale and zero point that TFLM's kernel writes."""


@dataclass(frozen=True)
class SoftmaxReference:
    """output = 256 * exp(input) / sum of exp - 128 along each of `rows` rows of `depth` codes.

    `exponentials[d]` is exp(-d * beta * scale) * 2**31 for a code d below the row's highest; codes farther below are 0.
    """

    rows: int
    depth: int
    exponentials: Integers
    beta: float

    def answer(self, codes: NDArray[np.int8]) -> NDArray[np.int8]:
        """Answer codes (N, rows * depth) with as many, as SoftmaxReference in softmax.h does."""
        table = self.exponentials
        wide = codes.reshape(-1, self.depth).astype(np.int64)
        below = wide.max(axis=1, keepdims=True) - wide
        parts = np.where(below < len(table), table[np.minimum(below, len(table) - 1)], 0)
        scale, bits = reciprocal(shifted(parts, SUM_BITS).sum(axis=1, keepdims=True))
        answer = shifted(product(scale, parts), bits + 23)
        return np.asarray(np.minimum(answer - 128, 127).astype(np.int8).reshape(len(codes), -1))


def check_softmax(operator: Operator) -> SoftmaxReference:
    """Check a SOFTMAX operator and work out its exponentials.

    Raises:
        ModelRefused: its tensors contradict each other, or TFLM would refuse it.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    beta = options_of(operator, SoftmaxOptions).beta
    arity(operator, 1)
    source, target = activations(operator)
    if not source.shape or source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    if (target.quantized.scale, target.quantized.zero_point) != OUTPUT:
        raise refused(operator, f"has the output scale {target.quantized.scale:g} and zero point {target.quantized.zero_point}, not 1/256 and -128")
    if source.shape[-1] > LARGEST_ROW:
        raise unsupported(operator, f"over {source.shape[-1]} codes (up to {LARGEST_ROW})")
    real = beta * source.quantized.scale * 2 ** (31 - INPUT_BITS)
    if not 1 < real < math.inf:  # also refuses NaN
        raise refused(operator, f"has a beta of {beta:g} on an input scale of {source.quantized.scale:g}")
    multiplier = Multiplier.of(min(real, float(INT32_MAX)))
    farthest = min(255, ((2**INPUT_BITS - 1) << (31 - INPUT_BITS)) >> multiplier.shift)
    table = exponential(multiplier.apply(-np.arange(farthest + 1, dtype=np.int64)), INPUT_BITS)
    return SoftmaxReference(source.elements // source.shape[-1], source.shape[-1], table, beta)


def reciprocal(total: Integers) -> tuple[Integers, Integers]:
    """(r, n) with r / 2**31 * 2**-n = 1 / (total / 2**19), as GetReciprocal in common.h."""
    length = np.frexp(total.astype(np.float64))[1].astype(np.int64)  # in bits; exact below 2**53
    headroom = 32 - length
    return np.minimum(one_over_one_plus((total << headroom) - 2**31) * 2, INT32_MAX), SUM_BITS - headroom


def places_looked_up(codes: Integers, shape: tuple[int, ...]) -> Integers:
    """See `Registration.looks_up`: how far each code lies below the highest of its row."""
    rows = codes.reshape(len(codes), -1, shape[-1])
    return np.asarray(rows.max(axis=2, keepdims=True) - rows, np.int64).reshape(codes.shape)
