"""MUL as C: what its template prints."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.mul.reference import check_mul
from plumbline.convert.operators.shared.binary.code import SCALED, coded, constants, described
from plumbline.convert.operators.shared.whole.code import whole_step
from plumbline.convert.operators.shared.whole.reference import Whole
from plumbline.convert.operators.step import Step

TEMPLATE = "mul.c.j2"


def compile_mul(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_mul` raises."""
    layer = check_mul(operator)
    if isinstance(layer, Whole):
        return whole_step(operator, name, layer)
    facts = described(operator.title, name, layer)
    first, second = layer.operands
    facts["factor"] = f"{first.scale * second.scale / layer.output.scale:.9g}"
    facts["code"] = coded(" * ".join(facts["values"]), layer.multiplier, layer)
    return Step(name, TEMPLATE, (SCALED[layer.type],), constants(name, layer), facts, layer.in_place)
