"""CONV_2D as C: its constants, and what its template prints."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.conv_2d.reference import Conv2DReference, check_conv_2d
from plumbline.convert.operators.shared.dsp import code as fast
from plumbline.convert.operators.shared.int16 import code as int16
from plumbline.convert.operators.shared.weighted.code import constants, described, helpers
from plumbline.convert.operators.shared.window import code as window
from plumbline.convert.operators.step import Step

TEMPLATE, FAST, WIDE = "conv_2d.c.j2", "conv_2d_fast.c.j2", "conv_2d_s16.c.j2"
TOGETHER = 2
"""Outputs that two_pixels.c.j2 computes at once."""


def compile_conv_2d(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template.

    Where every tap lies inside the image, the input's zero point goes into the bias. Elsewhere taps are skipped, so that the sum of the weights
    that meet the image differs from output to output, and the zero point is subtracted where the input is read. Raises what its check raises."""
    layer = check_conv_2d(operator)
    height, width, channels = layer.weights.shape[1:]
    dilated = layer.window.rows.dilation > 1 or layer.window.columns.dilation > 1
    if int16.fits(layer) and not dilated and layer.groups == 1:
        return compile_wide(operator, name, layer)
    if layer.type == "INT8" and not dilated and layer.groups == 1 and height * width * channels >= fast.BLOCK:
        quick = fast.per_output(layer)
        if fast.rescales(quick):
            return compile_fast(operator, name, quick)
    folded = not layer.window.padded
    facts = {**described(operator.title, layer), **window.facts(layer.window), "filters": len(layer.weights)}
    facts |= {"zero_point": 0 if folded else layer.input.zero_point, "depth": channels, "groups": layer.groups}
    return Step(name, TEMPLATE, helpers(layer), constants(name, layer, layer.weights, f"{height} x {width} x {channels} per output", folded), facts)


def compile_fast(operator: Operator, name: str, layer: Conv2DReference) -> Step:
    """Two pixels and two outputs at once, the inputs of a pixel put in a row and widened to int16 first.

    What lies outside the image counts as the input's zero point there, so that the zero point goes into the bias everywhere.
    """
    reach = layer.rows.shape[1]
    filled = fast.padded(reach, fast.BLOCK)
    rows_by = row_helper(layer)
    facts = {
        **fast.layer_facts(operator.title, layer, filled),
        **window.facts(layer.window),
        "filters": len(layer.weights),
        "reach": reach,
        "rows_by": rows_by,
        "pair_bytes": filled * 4,
        "input_zero_point": layer.input.zero_point,
    }
    held = fast.layer_constants(name, layer, fast.interleaved(layer.rows, TOGETHER), f"{TOGETHER} outputs at a time, 4 inputs of each in turn")
    scratch = filled * 4 + (fast.padded(reach, 4) if rows_by == "im2col" else 0)
    return Step(name, FAST, fast.helpers(facts, "widen_s8_s16", rows_by, "two_pixels"), held, facts, scratch_bytes=scratch)


def compile_wide(operator: Operator, name: str, layer: Conv2DReference) -> Step:
    """Inputs of int16, of which a row of the window lies in one stretch."""
    height, width, channels = layer.weights.shape[1:]
    facts = {**int16.layer_facts(operator.title, layer), **window.facts(layer.window), "filters": len(layer.weights)}
    return Step(name, WIDE, int16.HELPERS, int16.layer_constants(name, layer, f"{height} x {width} x {channels} per output"), facts)


def row_helper(layer: Conv2DReference) -> str:
    """The helper that puts a pixel's inputs in a row: none is needed for one tap, and channels by fours need no stop on the way."""
    if layer.window.taps == 1 and not layer.window.padded:
        return "widen_s8_s16"
    return "im2col_s16" if layer.window.channels % 4 == 0 else "im2col"
