"""SQUARED_DIFFERENCE as C: what its template prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.constants import Constant
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.binary.code import NAMES, SCALED, coded, constants, described, elementwise, scaled, walked
from plumbline.convert.operators.squared_difference.reference import SquaredDifference, check_squared_difference
from plumbline.convert.operators.step import Step

WORD = "squared difference"
HALF = Multiplier.of(0.5)
BYTES = np.arange(256).astype(np.uint8).view(np.int8)
"""All codes, in the order of the same bytes without a sign."""


def compile_squared_difference(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_squared_difference` raises."""
    layer = check_squared_difference(operator)
    if isinstance(layer, SquaredDifference):
        return of_codes(operator, name, layer)
    facts = walked(operator.title, name, layer)
    first, second = facts["elements"]
    body = [f"const uint32_t difference = (uint32_t){first} - (uint32_t){second};", f"output[{facts['at']}] = (int32_t)(difference * difference);"]
    return elementwise(facts, name, layer, WORD, body, constants(name, layer))


def of_codes(operator: Operator, name: str, layer: SquaredDifference) -> Step:
    """The step of a checked operator of codes."""
    facts = described(operator.title, name, layer)
    if layer.type == "INT8":
        parts, known = tabulated(name, layer, facts)
    else:
        parts = [scaled(value, multiplier) for value, multiplier in zip(facts["values"], layer.multipliers, strict=True)]
        known = constants(name, layer)
    body = [
        f"const int32_t difference = {parts[0]} - {parts[1]};",
        f"output[{facts['at']}] = {coded('difference * difference', layer.multiplier, layer)};",
    ]
    notes = [f"Their difference is one on the fine scale, 2^-{layer.left_shift - 1} of the larger one."] if layer.left_shift else []
    return elementwise(facts, name, layer, WORD, body, known, notes, (SCALED[layer.type],))


def tabulated(name: str, layer: SquaredDifference, facts: Mapping[str, Any]) -> tuple[list[str], tuple[Constant, ...]]:
    """Both operands on the fine scale in C, with the constants: shifted where that is exact, else looked up."""
    parts: list[str] = []
    known: list[Constant] = []
    for number, (operand, multiplier) in enumerate(zip(layer.operands, layer.multipliers, strict=True)):
        element, value, held = facts["elements"][number], facts["values"][number], operand.constant
        if multiplier == HALF:
            parts.append(f"{value} * {1 << (layer.left_shift - 1)}")
            known += [] if held is None else constants(name, layer)
            continue
        codes = BYTES if held is None else held
        fine = multiplier.apply((codes.astype(np.int64) - operand.zero_point) << layer.left_shift).astype(np.int16)
        if held is None:
            known.append(
                Constant(f"{name}_{NAMES[number]}", fine, "each code on the fine scale, from 0 to 127 and from -128 to -1, which spares an addition")
            )
        else:
            known.append(Constant(f"{name}_operand", fine, "the constant operand on the fine scale"))
        parts.append(f"(int32_t){name}_{NAMES[number]}[(uint8_t){element}]" if held is None else f"(int32_t){element}")
    return parts, tuple(known)
