"""DEPTHWISE_CONV_2D as C: its constants, and what its template prints."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.depthwise_conv_2d.reference import DepthwiseConv2DReference, check_depthwise_conv_2d
from plumbline.convert.operators.shared.dsp import code as fast
from plumbline.convert.operators.shared.weighted.code import constants, described, helpers
from plumbline.convert.operators.shared.window import code as window
from plumbline.convert.operators.step import Step

TEMPLATE, FAST = "depthwise_conv_2d.c.j2", "depthwise_conv_2d_fast.c.j2"
RUNS = {1: "plane_3x3", 2: "plane_3x3_stride_2"}
"""The helper for each stride."""


def compile_depthwise_conv_2d(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template; the zero point is folded as in conv_2d. Raises what its check raises."""
    layer = check_depthwise_conv_2d(operator)
    filters, height, width = layer.weights.shape
    if layer.type == "INT8" and fits(layer):
        quick = fast.per_output(layer)
        if fast.rescales(quick):
            return compile_fast(operator, name, quick)
    folded = not layer.window.padded
    facts = {**described(operator.title, layer), **window.facts(layer.window), "filters": filters, "depth_multiplier": layer.depth_multiplier}
    facts["zero_point"] = 0 if folded else layer.input.zero_point
    weights = np.moveaxis(layer.weights, 0, 2)  # neighbouring channels read neighbouring weights
    held = constants(name, layer, weights, f"{height} x {width} taps, each of {filters} channels", folded)
    return Step(name, TEMPLATE, (*helpers(layer), "apart"), held, facts)


def fits(layer: DepthwiseConv2DReference) -> bool:
    """Whether it is one of the forms that plane_3x3.j2 runs."""
    axes = (layer.window.rows, layer.window.columns)
    same = axes[0].stride == axes[1].stride and axes[0].stride in RUNS
    return same and layer.depth_multiplier == 1 and all(axis.taps == 3 and axis.dilation == 1 for axis in axes)


def compile_fast(operator: Operator, name: str, layer: DepthwiseConv2DReference) -> Step:
    """Channel by channel, each channel's codes in a plane of int16 values with a frame of zero points: two outputs at once.

    The outputs of a row are computed in pairs, and a pair reads whole words: the plane is as wide as the last pair needs.
    """
    rows, columns = layer.window.rows, layer.window.columns
    stride = rows.stride
    plane_rows = max((rows.outputs - 1) * stride + 3, rows.before + rows.inputs)
    pairs = fast.padded(columns.outputs, 2)
    plane_width = fast.padded(max((pairs - 1) * stride + 3, columns.before + columns.inputs), 2)
    fields = {
        "height": rows.inputs,
        "width": columns.inputs,
        "channels": layer.window.channels,
        "top": rows.before,
        "left": columns.before,
        "rows": rows.outputs,
        "columns": columns.outputs,
        "plane_rows": plane_rows,
        "plane_width": plane_width,
        "zero_point": layer.input.zero_point,
    }
    facts = {
        **fast.layer_facts(operator.title, layer, 9),
        **window.facts(layer.window),
        "filters": len(layer.weights),
        "planes": fields,
        "runs": RUNS[stride],
    }
    weights = layer.weights[:, :, [0, 1, 1, 2]]
    held = fast.layer_constants(name, layer, weights, "3 rows per channel, the middle weight twice")
    return Step(name, FAST, fast.helpers(facts, RUNS[stride]), held, facts, scratch_bytes=plane_rows * plane_width * 2)
