"""MUL as C: what its template prints."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.mul.reference import check_mul
from plumbline.convert.operators.shared.binary.code import constants, described, scaled
from plumbline.convert.operators.step import Step

TEMPLATE = "mul.c.j2"
HELPERS = ("scaled",)


def compile_mul(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_mul` raises."""
    layer = check_mul(operator)
    facts = described(operator.layer, name, layer)
    first, second = layer.operands
    facts["factor"] = f"{first.scale * second.scale / layer.output.scale:.9g}"
    facts["code"] = scaled(" * ".join(facts["values"]), layer.multiplier)
    return Step(name, TEMPLATE, HELPERS, constants(name, layer), facts, layer.in_place)
