"""MUL as C: what its template prints."""

from __future__ import annotations

from convert.compiler.binary import constants, described, scaled
from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.mul import prepare

TEMPLATE = "mul.c.j2"
HELPERS = ("scaled",)


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: a MUL.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.mul.prepare`.
    """
    layer = prepare(operator)
    facts = described(operator.layer, name, layer)
    first, second = layer.operands
    facts["factor"] = f"{first.scale * second.scale / layer.output.scale:.9g}"
    facts["code"] = scaled(" * ".join(facts["values"]), layer.multiplier)
    return Step(name, TEMPLATE, HELPERS, constants(name, layer), facts, layer.in_place)
