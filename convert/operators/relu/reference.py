"""RELU as integers."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, multiplier_of, quotient, tabulated


def check_relu(operator: Operator, float_product: bool = False) -> Lookup:
    """Check a RELU operator and tabulate max(input, 0) on the output's scale, as ReluQuantized in activations.h does.

    Args:
        operator: from the graph.
        float_product: divide scales in float32, as CalculateReluOpData in activations_common.cc did until August 2026 at least; the wheel of
            October 2026 divides in double.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; the output scale is far below the input's.
    """
    source, target = ends(operator)
    multiplier = multiplier_of(operator, quotient(source.quantized.scale, target.quantized.scale, float_product))
    zero = target.quantized.zero_point
    return tabulated(source, target, np.maximum(multiplier.apply(distances(source)) + zero, zero))
