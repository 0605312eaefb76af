"""RELU as integers."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, multiplier_of, quotient, tabulated
from plumbline.convert.operators.shared.slopes.reference import Slope, Slopes, multiplier_of_wide, slopes, wide_ends


def check_relu(operator: Operator, float_product: bool = False) -> Lookup | Slopes:
    """Check a RELU operator and tabulate max(input, 0), or work out its factor for int16, as ReluQuantized in activations.h does.

    Args:
        operator: from the graph.
        float_product: divide scales in float32, as CalculateReluOpData in activations_common.cc did until August 2026 at least; the wheel of
            October 2026 divides in double.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; the output scale is far below the input's.
    """
    if wide := wide_ends(operator):
        source, target = wide
        multiplier = multiplier_of_wide(operator, quotient(source.quantized.scale, target.quantized.scale, float_product))
        return slopes(source, target, Slope(multiplier), None)
    source, target = ends(operator)
    multiplier = multiplier_of(operator, quotient(source.quantized.scale, target.quantized.scale, float_product))
    zero = target.quantized.zero_point
    return tabulated(source, target, np.maximum(multiplier.apply(distances(source)) + zero, zero))
