"""HARD_SWISH as a table, worked out in 16-bit fixed point as TensorFlow Lite Micro works out every code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.checks import refused
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, quotient, tabulated

Integers = NDArray[np.int64]

INT16 = (-(2**15), 2**15 - 1)
RAMP = float(np.float32(3) / np.float32(32768))
"""Real value of a step on the ramp, whose end, 3, is 2**15."""
LARGEST_SHIFT = 31
"""By which the 16-bit functions shift a number of 32 bits."""


def check_hard_swish(operator: Operator, float_product: bool = False) -> Lookup:
    """Check a HARD_SWISH operator and tabulate input * min(max(input + 3, 0), 6) / 6, as HardSwish in hard_swish.h does.

    Args:
        operator: from the graph.
        float_product: divide scales in float32, as HardSwishPrepare in hard_swish_common.cc did until August 2026 at least; the wheel of October
            2026 divides in double.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; the output scale is so far below the input's that TensorFlow Lite Micro refuses it, or
            a scale needs shifts that are not defined in C++.
    """
    source, target = ends(operator)
    fine = source.quantized.scale / 128
    output = Multiplier.of(min(quotient(fine, target.quantized.scale, float_product), 2.0**31))
    ramp = Multiplier.of(min(quotient(fine, RAMP, float_product), 2.0**40))
    if output.shift > 0:
        raise refused(operator, f"has the output scale {target.quantized.scale:g}: TensorFlow Lite Micro wants 1/128 of the input's at least")
    if ramp.shift > LARGEST_SHIFT:
        raise refused(operator, f"has the input scale {source.quantized.scale:g}, for which TensorFlow Lite Micro's shifts are not defined in C++")
    values = distances(source) << 7
    outside = high_product(values, narrow(output))
    inside = values
    if ramp.shift > 0:
        inside = saturated(inside << (ramp.shift - 1))
    inside = high_product(inside, narrow(ramp))
    inside = saturated(inside << 1) if ramp.shift > 0 else divided(inside, -ramp.shift)
    share = (inside + 2**15) >> 1
    product = share * outside
    towards_zero = np.sign(product) * (np.abs(product) >> 15)
    return tabulated(source, target, divided(towards_zero, -output.shift) + target.quantized.zero_point)


def narrow(multiplier: Multiplier) -> int:
    """The mantissa of 16 bits (DownScaleInt32ToInt16Multiplier in common.h)."""
    return min((multiplier.mantissa + 2**15) >> 16, INT16[1])


def high_product(values: Integers, factor: int) -> Integers:
    """values * factor / 2**15, rounded half up, as gemmlowp's SaturatingRoundingDoublingHighMul of 16 bits."""
    return (values * factor + 2**14) >> 15


def saturated(values: Integers) -> Integers:
    return np.clip(values, *INT16)


def divided(values: Integers, bits: int) -> Integers:
    """values / 2**bits, rounded half away from zero, as gemmlowp's RoundingDivideByPOT of 16 bits.

    Its mask of more than 15 bits wraps around to -1, so that values above 0 become 1 and those below -1.
    """
    mask = ((1 << bits) - 1) if bits < 16 else -1
    threshold = (mask >> 1) + (values < 0)
    return np.asarray((values >> bits) + ((values & mask) > threshold), np.int64)
