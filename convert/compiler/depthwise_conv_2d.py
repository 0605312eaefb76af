"""DEPTHWISE_CONV_2D as C: its constants, and what its template prints."""

from __future__ import annotations

import numpy as np

from convert.compiler import window
from convert.compiler.step import Step
from convert.compiler.weighted import HELPERS, constants, described
from convert.graph import Operator
from convert.kernels.depthwise_conv_2d import prepare

TEMPLATE = "depthwise_conv_2d.c.j2"


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template; the zero point is folded as in conv_2d.

    Args:
        operator: a DEPTHWISE_CONV_2D.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.depthwise_conv_2d.prepare`.
    """
    layer = prepare(operator)
    filters, height, width = layer.weights.shape
    folded = not layer.window.padded
    facts = {**described(operator.layer, layer), **window.facts(layer.window), "filters": filters, "depth_multiplier": layer.depth_multiplier}
    facts["zero_point"] = 0 if folded else layer.input.zero_point
    weights = np.moveaxis(layer.weights, 0, 2)  # neighbouring channels read neighbouring weights
    return Step(name, TEMPLATE, HELPERS, constants(name, layer, weights, f"{height} x {width} taps, each of {filters} channels", folded), facts)
