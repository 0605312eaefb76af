"""ELU as a table, worked out in float32 as TensorFlow Lite Micro works it out when it loads a model: no float is left at run time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import refused
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, tabulated


def check_elu(operator: Operator) -> Lookup:
    """Check an ELU operator and tabulate it, as PopulateLookupTable in elu.cc does.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; the output scale is so far below the input's that steps exceed an int32, which is
            undefined in C++.
    """
    source, target = ends(operator)
    with np.errstate(over="ignore", invalid="ignore"):
        inverse = np.float32(1) / np.float32(target.quantized.scale)
        reals = np.float32(source.quantized.scale) * distances(source).astype(np.float32)
        scaled = transformed(reals) * inverse
    steps = np.copysign(np.floor(np.abs(scaled.astype(np.float64)) + 0.5), scaled) + target.quantized.zero_point
    if not np.all(np.abs(steps) < 2**31 - 2**7):  # also refuses infinity and NaN
        raise refused(operator, f"has the output scale {target.quantized.scale:g}, too small for its input")
    return tabulated(source, target, steps.astype(np.int64))


def transformed(reals: NDArray[np.float32]) -> NDArray[np.float32]:
    """ELU of float32 numbers; the exponential is rounded to float32 once.

    A C library's expf is allowed to be off by a unit in the last place. glibc's is in one of several hundred numbers, and a code differs only where
    the step lies that near to a tie.
    """
    below = np.array([math.exp(min(float(real), 0.0)) for real in reals], np.float32) - np.float32(1)
    return np.where(reals < 0, below, reals)
