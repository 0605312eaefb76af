"""DEQUANTIZE as C: the only operator besides QUANTIZE whose code computes with floats, for who wants numbers instead of codes."""

from __future__ import annotations

from convert.codes import formula
from convert.compiler.binary import minus
from convert.compiler.floats import literal
from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.dequantize import prepare

TEMPLATE = "dequantize.c.j2"
HELPERS = ("float_bytes",)


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: a DEQUANTIZE.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.dequantize.prepare`.
    """
    layer = prepare(operator)
    facts = {
        "path": operator.layer,
        "elements": layer.elements,
        "input": formula(layer.input),
        "scale": literal(layer.input.scale),
        "distance": f"(input[i]{minus(layer.input.zero_point)})",
    }
    return Step(name, TEMPLATE, HELPERS, (), facts)
