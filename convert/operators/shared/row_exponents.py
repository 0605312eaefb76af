"""What SOFTMAX and LOG_SOFTMAX of int8 share: exponents of how far a code lies below the highest of its row."""

from __future__ import annotations

import math

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import INT32_MAX, Multiplier
from plumbline.convert.operators.shared.checks import refused
from plumbline.convert.operators.shared.exponential import Integers

INPUT_BITS = 5
"""Integer bits of the exponent -x: exp(-32) and less count as 0 (kScaledDiffIntegerBits in softmax.h)."""

SUM_BITS = 12
"""Integer bits of a row's sum of exponentials (kAccumulationIntegerBits)."""


def exponents(operator: Operator, beta: float, scale: float) -> tuple[Multiplier, Integers]:
    """The multiplier that makes distances exponents with INPUT_BITS, and -beta * scale * distance of 0, 1, ... as far as exponentials count.

    Raises:
        ModelRefused: TFLM would refuse the factor.
    """
    real = beta * scale * 2 ** (31 - INPUT_BITS)
    if not 1 < real < math.inf:  # also refuses NaN
        raise refused(operator, f"has a beta of {beta:g} on an input scale of {scale:g}")
    multiplier = Multiplier.of(min(real, float(INT32_MAX)))
    farthest = min(255, ((2**INPUT_BITS - 1) << (31 - INPUT_BITS)) >> multiplier.shift)
    return multiplier, multiplier.apply(-np.arange(farthest + 1, dtype=np.int64))


def places_looked_up(codes: Integers, shape: tuple[int, ...]) -> Integers:
    """See `Registration.looks_up`: how far each code lies below the highest of its row."""
    rows = codes.reshape(len(codes), -1, shape[-1])
    return np.asarray(rows.max(axis=2, keepdims=True) - rows, np.int64).reshape(codes.shape)
