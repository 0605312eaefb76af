"""LEAKY_RELU as integers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import real
from plumbline.convert.operators.shared.checks import options_of, refused
from plumbline.convert.operators.shared.lookup.reference import Lookup, distances, ends, multiplier_of, tabulated
from plumbline.convert.operators.shared.slopes.reference import Slope, Slopes, multiplier_of_wide, slopes, wide_ends


@dataclass(frozen=True)
class LeakyReluOptions:
    """Options of LEAKY_RELU."""

    alpha: Annotated[float, real(0)]
    """Factor of what lies below 0."""


def check_leaky_relu(operator: Operator, float_product: bool = False) -> Lookup | Slopes:
    """Check a LEAKY_RELU operator and tabulate it, as QuantizeLeakyRelu in leaky_relu.h does: input where that is above 0, alpha * input below.

    An alpha below 0 multiplies as its magnitude does, and the rounded product is negated.

    Args:
        operator: from the graph.
        float_product: multiply and divide in float32, as CalculateOpDataLeakyRelu in leaky_relu_common.cc did until August 2026 at least; the wheel
            of October 2026 computes in double.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; alpha is no number, or the output scale is far below the input's.
    """
    alpha = options_of(operator, LeakyReluOptions).alpha
    wide = wide_ends(operator)
    source, target = wide or ends(operator)
    if not math.isfinite(alpha):
        raise refused(operator, f"has the alpha {alpha:g}")
    scalar = np.float32 if float_product else np.float64
    scale, output_scale = scalar(source.quantized.scale), scalar(target.quantized.scale)
    multiplier = multiplier_of_wide if wide else multiplier_of
    with np.errstate(over="ignore"):
        identity, leak = (multiplier(operator, float(factor / output_scale)) for factor in (scale, scale * scalar(abs(alpha))))
    if wide:
        return slopes(source, target, Slope(identity), Slope(leak, negated=alpha < 0))
    values = distances(source)
    leaked = leak.apply(values) * (-1 if alpha < 0 else 1)
    return tabulated(source, target, np.where(values >= 0, identity.apply(values), leaked) + target.quantized.zero_point)
