"""Layers of int16 codes whose sums fit into 32 bits: inputs are read where they lie, for two outputs at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.shared.dsp.code import CONSTANTS
from plumbline.convert.operators.shared.weighted.code import constants, described
from plumbline.convert.operators.shared.weighted.reference import Weighted

HELPERS = ("pixel_s16",)
LARGEST_SUM = 2**30 - 1
"""What a sum may reach: it is doubled before the multiplication."""


def fits(layer: Weighted) -> bool:
    """Whether pixel_s16.c.j2 gives the layer's codes: all factors are below 1/2."""
    return layer.type == "INT16" and all(m.shift < 0 for m in layer.multipliers) and layer.largest_sum <= LARGEST_SUM


def layer_constants(name: str, layer: Weighted, order: str) -> tuple[Constant, ...]:
    """As `weighted.constants`, with a factor for every output."""
    weights, bias, multiplier, shift, output = constants(name, layer, layer.weights, order)
    count = len(layer.weights)
    each = (Constant(one.name, np.resize(one.values, count), one.comment) for one in (multiplier, shift))
    return weights, bias, *each, output


def layer_facts(path: str, layer: Weighted) -> dict[str, Any]:
    """What the templates print of a layer: its description and the fields of plumbline_layer_s16."""
    return {**described(path, layer), "zero_point": 0, "reach": layer.rows.shape[1], "once": int(layer.once)}


__all__ = ["CONSTANTS", "HELPERS", "fits", "layer_constants", "layer_facts"]
