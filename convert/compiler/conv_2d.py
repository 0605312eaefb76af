"""CONV_2D as C: its constants, and what its template prints."""

from __future__ import annotations

from convert.compiler import window
from convert.compiler.step import Step
from convert.compiler.weighted import HELPERS, constants, described
from convert.graph import Operator
from convert.kernels.conv_2d import prepare

TEMPLATE = "conv_2d.c.j2"


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template.

    Where every tap lies inside the image, the input's zero point goes into the bias. Elsewhere taps are skipped, so that the sum of the weights
    that meet the image differs from output to output, and the zero point is subtracted where the input is read.

    Args:
        operator: a CONV_2D.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.conv_2d.prepare`.
    """
    layer = prepare(operator)
    height, width, channels = layer.weights.shape[1:]
    folded = not layer.window.padded
    facts = {**described(operator.layer, layer), **window.facts(layer.window), "filters": len(layer.weights)}
    facts["zero_point"] = 0 if folded else layer.input.zero_point
    return Step(name, TEMPLATE, HELPERS, constants(name, layer, layer.weights, f"{height} x {width} x {channels} per output", folded), facts)
