"""What LOGISTIC and TANH share: inputs scaled to fixed point with 4 integer bits, +-8 and the codes beyond answered with the ends."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import INT8, Multiplier
from plumbline.convert.operators.shared.checks import refused
from plumbline.convert.operators.shared.exponential import Integers, shifted
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, tabulated

INPUT_BITS = 4
"""Integer bits of the input (kInputIntegerBits)."""
LARGEST_SHIFT = 62
"""CalculateInputRadius shifts a 64-bit 1 to the left by as much."""

Function = Callable[[Integers, int], Integers]


def sigmoid(operator: Operator, function: Function, output_bits: int, zero_point: int) -> Lookup:
    """Check an operator and tabulate a function.

    Args:
        operator: a LOGISTIC or TANH.
        function: of fixed point numbers with so many integer bits, to fractions of 2**31.
        output_bits: the output's scale is 2**-output_bits.
        zero_point: of the output. These are the only ones that TFLM's kernels write.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; another output scale or zero point, or an input scale of no use.
    """
    source, target = ends(operator)
    scale = source.quantized.scale
    if (target.quantized.scale, target.quantized.zero_point) != (2.0**-output_bits, zero_point):
        found = f"the output scale {target.quantized.scale:g} and zero point {target.quantized.zero_point}"
        raise refused(operator, f"has {found}, but TensorFlow Lite Micro answers with 1/{2**output_bits} and {zero_point} whatever the file says")
    real = scale * 2 ** (31 - INPUT_BITS)
    if not 0.5 <= real < 2.0**LARGEST_SHIFT:
        raise refused(operator, f"has the input scale {scale:g}, for which TensorFlow Lite Micro's shifts are not defined in C++")
    multiplier = Multiplier.of(real)
    radius = math.floor((2**INPUT_BITS - 1) * 2 ** (31 - INPUT_BITS) / 2**multiplier.shift)  # CalculateInputRadius in quantization_util.cc
    values = distances(source)
    inside = np.abs(values) < radius  # none where the radius is 0
    answers = shifted(function(multiplier.apply(np.where(inside, values, 0)), INPUT_BITS), 31 - output_bits) + zero_point
    return tabulated(source, target, np.where(inside, answers, np.where(values <= -radius, *INT8)))
