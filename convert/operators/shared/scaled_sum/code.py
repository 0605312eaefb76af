"""What ADD and SUB print."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS, constants, described, scaled
from plumbline.convert.operators.shared.binary.reference import ACCEPTS
from plumbline.convert.operators.shared.scaled_sum.reference import LEFT_SHIFT, ScaledSum
from plumbline.convert.operators.step import Step

TEMPLATE = "scaled_sum.c.j2"
HELPERS = ("scaled",)
HALF = Multiplier.of(0.5)


def scaled_sum(name: str, check: Callable[..., ScaledSum], **traits: Any) -> Registration:
    """Register an operator that adds or subtracts; `traits` are further fields of Registration."""
    return Registration(name, check, partial(compile_scaled_sum, check), ACCEPTS, constants=CONSTANTS, **traits)


def compile_scaled_sum(check: Callable[[Operator], ScaledSum], operator: Operator, name: str) -> Step:
    """Turn an ADD or SUB into the facts of its template.

    Args:
        check: the operator's own.
        operator: from the graph.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see its check.
    """
    layer = check(operator)
    facts = described(operator.layer, name, layer)
    facts |= {
        "word": "sum" if layer.sign > 0 else "difference",
        "sign": "+" if layer.sign > 0 else "-",
        "fine": f"{2 * max(operand.scale for operand in layer.operands) / (1 << LEFT_SHIFT):.9g}",
        "parts": [part(value, multiplier) for value, multiplier in zip(facts["values"], layer.multipliers, strict=True)],
        "code": scaled(f"first_part {'+' if layer.sign > 0 else '-'} second_part", layer.multiplier),
    }
    return Step(name, TEMPLATE, HELPERS, constants(name, layer), facts, layer.in_place)


def part(value: str, multiplier: Multiplier) -> str:
    """An operand on the fine scale: exact where it has the larger scale."""
    if multiplier == HALF:
        return f"{value} * {1 << (LEFT_SHIFT - 1)}"
    return scaled(f"{value} * {1 << LEFT_SHIFT}", multiplier)
