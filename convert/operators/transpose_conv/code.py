"""TRANSPOSE_CONV as C: its constants, and what its template prints."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.weighted.code import constants, described, helpers
from plumbline.convert.operators.step import Step
from plumbline.convert.operators.transpose_conv.reference import check_transpose_conv

TEMPLATE = "transpose_conv.c.j2"


def compile_transpose_conv(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template.

    Each output looks for the inputs that meet it: every `stride`th tap does, from one on that is the next for the next output. Which taps meet the
    image differs from output to output, so that the zero point is subtracted where the input is read. Raises what its check raises.
    """
    layer = check_transpose_conv(operator)
    height, width, channels = layer.weights.shape[1:]
    facts = {
        **described(operator.title, layer),
        "filters": len(layer.weights),
        "batches": layer.window.batches,
        "channels": channels,
        "axes": (layer.window.rows, layer.window.columns),
        "zero_point": layer.input.zero_point,
    }
    held = constants(name, layer, layer.weights, f"{height} x {width} x {channels} per output", folded=False)
    return Step(name, TEMPLATE, (*helpers(layer), *(("products_s8",) if layer.type == "INT8" else ())), held, facts)
