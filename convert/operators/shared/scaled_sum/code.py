"""What ADD and SUB print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.shared.binary.code import CONSTANTS, SCALED, coded, constants, described, minus, scaled
from plumbline.convert.operators.shared.binary.reference import ACCEPTS, TYPES
from plumbline.convert.operators.shared.scaled_sum.lines import Line, line_of
from plumbline.convert.operators.shared.scaled_sum.reference import ScaledSum
from plumbline.convert.operators.shared.whole.code import whole_step
from plumbline.convert.operators.shared.whole.reference import Whole
from plumbline.convert.operators.step import Step

TEMPLATE = "scaled_sum.c.j2"
HALF = Multiplier.of(0.5)


def scaled_sum(name: str, check: Callable[..., ScaledSum | Whole], **traits: Any) -> Registration:
    """Register an operator that adds or subtracts; `traits` are further fields of Registration."""
    return Registration(name, check, partial(compile_scaled_sum, check), ACCEPTS, TYPES, constants=(*CONSTANTS, "moved"), **traits)


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
    facts = described(operator.title, name, layer)
    known = constants(name, layer)
    line = line_of(layer) if layer.type == "INT8" else None
    if line is None:
        facts |= on_the_fine_scale(layer, facts)
        helper = SCALED[layer.type]
    else:
        code, moved = on_a_line(name, line, facts["elements"])
        facts |= {"parts": None, "code": code}
        known, helper = (*known, *moved), "code"
    facts |= {
        "digits": layer.left_shift - 1,
        "word": "sum" if layer.sign > 0 else "difference",
        "fine": f"{2 * max(operand.scale for operand in layer.operands) / (1 << layer.left_shift):.9g}",
    }
    return Step(name, TEMPLATE, (helper,), known, facts, layer.in_place)


def on_a_line(name: str, line: Line, elements: Sequence[str]) -> tuple[str, tuple[Constant, ...]]:
    """The C expression of a code, and the constant that it needs, if any."""
    first, second = (f"(int32_t){element} * {times}" for element, times in zip(elements, line.factors, strict=True))
    sums = f"{first} + {second}{minus(-line.start)}"
    if not line.moved:
        return f"plumbline_code(({sums}) >> {line.shift})", ()
    table = Constant(f"{name}_moved", np.array(line.moved, np.int8), "what a rounding on the way adds, for each code of the second operand")
    return f"plumbline_code(({sums} + {table.name}[{elements[1]} + 128]) >> {line.shift})", (table,)


def on_the_fine_scale(layer: ScaledSum, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of the kernel's own way."""
    parts = [part(value, multiplier, layer) for value, multiplier in zip(facts["values"], layer.multipliers, strict=True)]
    return {"parts": parts, "code": coded(f"(first_part {'+' if layer.sign > 0 else '-'} second_part)", layer.multiplier, layer)}


def part(value: str, multiplier: Multiplier, layer: ScaledSum) -> str:
    """An operand on the fine scale: exact where it has the larger scale."""
    if multiplier == HALF:
        return f"{value} * {1 << (layer.left_shift - 1)}"
    return scaled(f"{value} * {1 << layer.left_shift}", multiplier)
