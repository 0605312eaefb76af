"""ABS as integers."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, multiplier_of, quotient, tabulated
from plumbline.convert.operators.shared.slopes.reference import Slope, Slopes, multiplier_of_wide, slopes, wide_ends


def check_abs(operator: Operator, float_product: bool = False) -> Lookup | Slopes:
    """Check an ABS operator and tabulate the magnitudes, or work out their factor for int16, as AbsEvalQuantized in elementwise.cc does.

    Args:
        operator: from the graph.
        float_product: divide scales in float32, as SetAbsOutputMultiplier there did until August 2026 at least; the wheel of October 2026 divides
            in double.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; the output scale is far below the input's.
    """
    if wide := wide_ends(operator):
        source, target = wide
        same = source.quantized.scale == target.quantized.scale
        multiplier = None if same else multiplier_of_wide(operator, quotient(source.quantized.scale, target.quantized.scale, float_product))
        return slopes(source, target, Slope(multiplier), Slope(multiplier, magnitude=True))
    source, target = ends(operator)
    magnitudes = np.abs(distances(source))
    if source.quantized.scale != target.quantized.scale:
        magnitudes = multiplier_of(operator, quotient(source.quantized.scale, target.quantized.scale, float_product)).apply(magnitudes)
    return tabulated(source, target, magnitudes + target.quantized.zero_point)
