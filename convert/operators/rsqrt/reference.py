"""RSQRT as integers."""

from __future__ import annotations

import functools
import math

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import INT8, INT32_MAX, Multiplier
from plumbline.convert.operators.shared.checks import refused
from plumbline.convert.operators.shared.inverse_root import inverse_root
from plumbline.convert.operators.shared.lookup.reference import Lookup, ends, tabulated

BITS = 20
"""Fractional bits of a root (kShift)."""


def check_rsqrt(operator: Operator, float_product: bool = False) -> Lookup:
    """Check an RSQRT operator and tabulate 1 / sqrt(input), as RsqrtEvalQuantized in elementwise.cc does: at 0 the highest code.

    Args:
        operator: from the graph.
        float_product: multiply the root of the input's scale by the output's in float32, as SetRsqrtOutputMultiplier there did until August 2026 at
            least; the wheel of October 2026 computes in double.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; there are codes for numbers below 0, at which TensorFlow Lite Micro stops, or the output
            scale is so small or so large that its shifts are not defined in C++.
    """
    source, target = ends(operator)
    if source.quantized.zero_point != INT8[0]:
        raise refused(
            operator,
            f"has the input zero point {source.quantized.zero_point}: TensorFlow Lite Micro stops at codes below it, of roots of numbers below 0",
        )
    scalar = np.float32 if float_product else np.float64
    with np.errstate(over="ignore"):
        unit = float(np.sqrt(scalar(source.quantized.scale)) * scalar(target.quantized.scale))
    real = 1 / unit if unit else math.inf
    multiplier = Multiplier.of(real) if real < 2.0**31 else None
    if multiplier is None or multiplier.shift < BITS - 31 or 1 << max(multiplier.shift, BITS) > INT32_MAX:
        raise refused(operator, f"has the output scale {target.quantized.scale:g}, for which TensorFlow Lite Micro's shifts are not defined in C++")
    answers = Multiplier(multiplier.mantissa, multiplier.shift - BITS).apply(np.array(roots(), np.int64)) + target.quantized.zero_point
    return tabulated(source, target, np.concatenate([[INT8[1]], answers]))


@functools.cache
def roots() -> tuple[int, ...]:
    """1 / sqrt(distance) of 2**-BITS, for the distances from 1 to 255."""
    found = [inverse_root(distance) for distance in range(1, 256)]
    return tuple(int(Multiplier(each.mantissa, each.shift + BITS).apply(np.array(1, np.int64))) for each in found)
