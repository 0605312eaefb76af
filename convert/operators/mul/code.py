"""MUL as C: what its template prints."""

from __future__ import annotations

from dataclasses import replace

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.mul.reference import MulReference, check_mul
from plumbline.convert.operators.shared.binary.code import constants, described, helpers, scaled, scaling
from plumbline.convert.operators.shared.whole.code import whole_step
from plumbline.convert.operators.shared.whole.reference import Whole
from plumbline.convert.operators.step import Step

TEMPLATE = "mul.c.j2"


def compile_mul(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_mul` raises."""
    layer = check_mul(operator)
    if isinstance(layer, Whole):
        return whole_step(operator, name, layer)
    facts = described(operator.layer, name, layer)
    first, second = layer.operands
    facts["factor"] = f"{first.scale * second.scale / layer.output.scale:.9g}"
    facts["code"] = product(layer, *facts["values"])
    return Step(name, TEMPLATE, helpers(layer), constants(name, layer), facts, layer.in_place)


def product(layer: MulReference, first: str, second: str) -> str:
    """The C expression of a product on the output's scale.

    The product of the lowest two codes of int16 is 2^30, one more than `plumbline_scaled` takes. Its opposite is not, so that this is multiplied by
    the opposite of the multiplier.
    """
    if layer.type != "INT16":
        return scaled(f"{first} * {second}", layer.multiplier)
    return scaled(f"{first} * -{second}", replace(layer.multiplier, mantissa=-layer.multiplier.mantissa), scaling(layer))
