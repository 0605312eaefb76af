"""SQUARED_DIFFERENCE as C: what its template prints."""

from __future__ import annotations

from dataclasses import replace

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.binary.code import SATURATING, constants, described, elementwise, minus, scaled, walked
from plumbline.convert.operators.squared_difference.reference import SquaredDifference, check_squared_difference
from plumbline.convert.operators.step import Step

WORD = "squared difference"
HALF = Multiplier.of(0.5)


def compile_squared_difference(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_squared_difference` raises."""
    layer = check_squared_difference(operator)
    if isinstance(layer, SquaredDifference):
        return of_codes(operator, name, layer)
    facts = walked(operator.layer, name, layer)
    first, second = facts["elements"]
    body = [f"const uint32_t difference = (uint32_t){first} - (uint32_t){second};", f"output[{facts['at']}] = (int32_t)(difference * difference);"]
    return elementwise(facts, name, layer, WORD, body, constants(name, layer))


def of_codes(operator: Operator, name: str, layer: SquaredDifference) -> Step:
    """The step of a checked operator of codes.

    The largest square is 2^30, one more than `plumbline_scaled_fast` takes. Its opposite is not, so that this is multiplied by the opposite of the
    multiplier.
    """
    facts = described(operator.layer, name, layer)
    function = SATURATING[layer.type]
    parts = [part(value, multiplier, layer.left_shift) for value, multiplier in zip(facts["values"], layer.multipliers, strict=True)]
    opposite = replace(layer.multiplier, mantissa=-layer.multiplier.mantissa)
    square = scaled("difference * -difference", opposite, "scaled_fast")
    body = [
        f"const int32_t difference = {parts[0]} - {parts[1]};",
        f"output[{facts['at']}] = plumbline_{function}({square}{minus(-layer.output.zero_point)});",
    ]
    return elementwise(facts, name, layer, WORD, body, constants(name, layer), called=("scaled_fast", function))


def part(value: str, multiplier: Multiplier, left: int) -> str:
    """An operand on the fine scale: exact where it has the larger scale, and bits to be shifted by."""
    if multiplier == HALF and left:
        return f"{value} * {1 << (left - 1)}"
    return scaled(f"{value} * {1 << left}" if left else value, multiplier, "scaled_fast")
