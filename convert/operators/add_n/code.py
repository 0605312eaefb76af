"""ADD_N as C: what its template prints."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.add_n.reference import LEFT_SHIFT, check_add_n
from plumbline.convert.operators.shared.binary.code import SCALED, coded, constants, elementwise, minus, walked
from plumbline.convert.operators.step import Step


def compile_add_n(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_add_n` raises."""
    layer = check_add_n(operator)
    called = names(len(layer.operands))
    facts = walked(operator.title, name, layer, called)
    zero = layer.operands[0].zero_point
    body = [
        f"const int32_t sum = {' + '.join(facts['elements'])}{minus((len(called) + 1) * zero)};",
        f"output[{facts['at']}] = {coded(f'sum * {1 << LEFT_SHIFT}', layer.multiplier, layer)};",
    ]
    notes = ["The zero point is taken off once more than there are operands, as TensorFlow Lite Micro does."] if zero else []
    return elementwise(facts, name, layer, "sum", body, constants(name, layer, called), notes, (SCALED[layer.type],))


def names(count: int) -> tuple[str, ...]:
    """Of so many operands."""
    return tuple(f"input_{number}" for number in range(count))
