"""What operators of int32 numbers print."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.binary.code import constants, elementwise, walked
from plumbline.convert.operators.shared.whole.reference import INT32, Whole
from plumbline.convert.operators.step import Step

WORDS = {"+": "sum", "-": "difference", "*": "product", "/": "quotient"}


def whole_step(operator: Operator, name: str, layer: Whole) -> Step:
    """The step of a checked operator; `name` is the C identifier of its layer. Unsigned numbers wrap around in C, signed ones need not."""
    facts = walked(operator.title, name, layer)
    first, second = facts["elements"]
    result = f"{first} / {second}" if layer.symbol == "/" else f"(int32_t)((uint32_t){first} {layer.symbol} (uint32_t){second})"
    limits = [(sign, limit) for sign, limit, end in (("<", layer.lowest, INT32[0]), (">", layer.highest, INT32[1])) if limit != end]
    body = [f"output[{facts['at']}] = {result};"]
    if limits:
        clips = [line for sign, limit in limits for line in (f"if (number {sign} {limit}) {{", f"    number = {limit};", "}")]
        body = [f"int32_t number = {result};", *clips, f"output[{facts['at']}] = number;"]
    return elementwise(facts, name, layer, WORDS[layer.symbol], body, constants(name, layer))
