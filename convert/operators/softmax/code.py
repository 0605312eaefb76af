"""SOFTMAX as C: its table of exponentials, and what its template prints."""

from __future__ import annotations

from typing import Any

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.shared.binary.code import scaled
from plumbline.convert.operators.softmax.reference import check_softmax
from plumbline.convert.operators.softmax.wide import EXPONENTIALS, RECIPROCALS, WideSoftmaxReference
from plumbline.convert.operators.step import Step

TEMPLATE, WIDE_TEMPLATE = "softmax.c.j2", "softmax_s16.c.j2"
HELPERS, WIDE_HELPERS = ("reciprocal",), ("scaled_fast", "softmax_lines")
LINES = (
    Constant("plumbline_exp_lines", EXPONENTIALS.astype(np.int16), "exp(index * 10 / 512 - 10), of 2^-15"),
    Constant("plumbline_reciprocal_lines", RECIPROCALS.astype(np.int16), "1 / (1 + index / 512), of 2^-15"),
)
"""Of all layers of int16: their constants' names begin otherwise."""


def compile_softmax(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template. Raises what `check_softmax` raises."""
    layer = check_softmax(operator)
    source, target = operator.run_time_inputs[0], operator.outputs[0]
    facts: dict[str, Any] = {
        "path": operator.title,
        "rows": layer.rows,
        "depth": layer.depth,
        "input": formula(source.quantized),
        "beta": layer.beta,
    }
    if isinstance(layer, WideSoftmaxReference):
        facts["scaled"] = scaled("(input[i] - highest)", layer.multiplier)
        return Step(name, WIDE_TEMPLATE, WIDE_HELPERS, LINES, facts, in_place=(0,))
    table = Constant(f"{name}_exp", layer.exponentials.astype(np.int32), "exp(-beta * input scale * index), of 2^-31")
    facts |= {
        "entries": len(layer.exponentials),
        "output_type": target.c_type,
        "cast": f"int{layer.bits}_t",
        "scale": f"{2.0**-layer.bits:.9g}",
        "half": 1 << (layer.bits - 1),
        "shift": 31 - layer.bits,
    }
    return Step(name, TEMPLATE, HELPERS, (table,), facts)
