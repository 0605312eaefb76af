"""SOFTMAX as C: its table of exponentials, and what its template prints."""

from __future__ import annotations

import numpy as np

from convert.codes import formula
from convert.compiler.constants import Constant
from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.softmax import prepare

TEMPLATE = "softmax.c.j2"
HELPERS = ("softmax_arithmetic",)


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template.

    Args:
        operator: a SOFTMAX.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.softmax.prepare`.
    """
    layer = prepare(operator)
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
