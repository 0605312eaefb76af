"""QUANTIZE as integers: codes on another scale."""

from __future__ import annotations

from convert.graph import Operator
from convert.kernels.lookup import Lookup, distances, ends, multiplier_of, tabulated


def prepare(operator: Operator) -> Lookup:
    """Check a QUANTIZE operator and tabulate it, as Requantize in requantize.h does.

    Raises:
        ModelRefused, UnsupportedOperator: see `lookup.ends`; the output scale is far below the input's.
    """
    source, target = ends(operator)
    multiplier = multiplier_of(operator, source.quantized.scale / target.quantized.scale)
    return tabulated(source, target, multiplier.apply(distances(source)) + target.quantized.zero_point)
