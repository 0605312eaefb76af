"""ABS as integers."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, multiplier_of, quotient, tabulated


def check_abs(operator: Operator, float_product: bool = False) -> Lookup:
    """Check an ABS operator and tabulate the magnitudes on the output's scale, as AbsEvalQuantized in elementwise.cc does.

    Args:
        operator: from the graph.
        float_product: divide scales in float32, as SetAbsOutputMultiplier there did until August 2026 at least; the wheel of October 2026 divides
            in double.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; the output scale is far below the input's.
    """
    source, target = ends(operator)
    magnitudes = np.abs(distances(source))
    if source.quantized.scale != target.quantized.scale:
        magnitudes = multiplier_of(operator, quotient(source.quantized.scale, target.quantized.scale, float_product)).apply(magnitudes)
    return tabulated(source, target, magnitudes + target.quantized.zero_point)
