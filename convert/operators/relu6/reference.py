"""RELU6 as integers."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.checks import codes_passed, refused
from plumbline.convert.operators.shared.lookup.reference import Lookup, ends, tabulated
from plumbline.convert.operators.shared.slopes.reference import Slope, Slopes, slopes, wide_ends


def check_relu6(operator: Operator) -> Lookup | Slopes:
    """Check a RELU6 operator and tabulate the input's codes kept between those of 0 and 6, as Relu6Quantized in activations.h does.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; input and output are quantized differently, which TFLM's kernel does not notice.
    """
    wide = wide_ends(operator)
    source, target = wide or ends(operator)
    one, other = source.quantized, target.quantized
    if (one.scale, one.zero_point) != (other.scale, other.zero_point):
        raise refused(
            operator,
            f"changes the scale from {one.scale:g} to {other.scale:g} or the zero point from {one.zero_point} to {other.zero_point}, "
            "which TensorFlow Lite Micro's kernel ignores: its answers would be wrong",
        )
    if wide:
        return slopes(source, target, Slope(None), None, codes_passed(operator, "RELU6")[1])
    return tabulated(source, target, np.clip(np.arange(-128, 128), *codes_passed(operator, "RELU6")))
