"""What ADD and SUB print."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS, constants, described, helpers, scaled, scaling
from plumbline.convert.operators.shared.binary.reference import ACCEPTS, TYPES
from plumbline.convert.operators.shared.scaled_sum.reference import ScaledSum
from plumbline.convert.operators.shared.whole.code import whole_step
from plumbline.convert.operators.shared.whole.reference import Whole
from plumbline.convert.operators.step import Step

TEMPLATE = "scaled_sum.c.j2"
HALF = Multiplier.of(0.5)


def scaled_sum(name: str, check: Callable[..., ScaledSum | Whole], **traits: Any) -> Registration:
    """Register an operator that adds or subtracts; `traits` are further fields of Registration."""
    return Registration(name, check, partial(compile_scaled_sum, check), ACCEPTS, TYPES, constants=CONSTANTS, **traits)


def compile_scaled_sum(check: Callable[[Operator], ScaledSum | Whole], operator: Operator, name: str) -> Step:
    """Turn an ADD or SUB into the facts of its template.

    Args:
        check: the operator's own.
        operator: from the graph.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see its check.
    """
    layer = check(operator)
    if isinstance(layer, Whole):
        return whole_step(operator, name, layer)
    facts = described(operator.layer, name, layer)
    facts |= {
        "digits": layer.left_shift - 1,
        "word": "sum" if layer.sign > 0 else "difference",
        "sign": "+" if layer.sign > 0 else "-",
        "fine": f"{2 * max(operand.scale for operand in layer.operands) / (1 << layer.left_shift):.9g}",
        "parts": [part(value, multiplier, layer) for value, multiplier in zip(facts["values"], layer.multipliers, strict=True)],
        "code": scaled(f"first_part {'+' if layer.sign > 0 else '-'} second_part", layer.multiplier, scaling(layer)),
    }
    return Step(name, TEMPLATE, helpers(layer), constants(name, layer), facts, layer.in_place)


def part(value: str, multiplier: Multiplier, layer: ScaledSum) -> str:
    """An operand on the fine scale: exact where it has the larger scale."""
    if multiplier == HALF:
        return f"{value} * {1 << (layer.left_shift - 1)}"
    return scaled(f"{value} * {1 << layer.left_shift}", multiplier, scaling(layer))
