"""SOFTMAX as C: its table of exponentials, and what its template prints."""

from __future__ import annotations

import numpy as np

from plumbline.common.quantization import formula
from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.softmax.reference import check_softmax
from plumbline.convert.operators.step import Step

TEMPLATE = "softmax.c.j2"
HELPERS = ("softmax_arithmetic",)


def compile_softmax(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template. Raises what `check_softmax` raises."""
    layer = check_softmax(operator)
    table = Constant(f"{name}_exp", layer.exponentials.astype(np.int32), "exp(-beta * input scale * index), of 2^-31")
    facts = {
        "path": operator.layer,
        "rows": layer.rows,
        "depth": layer.depth,
        "entries": len(layer.exponentials),
        "input": formula(operator.inputs[0].quantized) if operator.inputs[0] else "",
        "beta": layer.beta,
    }
    return Step(name, TEMPLATE, HELPERS, (table,), facts)
