"""PRELU as C: what its template prints."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.prelu.reference import check_prelu
from plumbline.convert.operators.shared.binary.code import SCALED, coded, constants, described, elementwise
from plumbline.convert.operators.step import Step


def compile_prelu(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_prelu` raises."""
    layer = check_prelu(operator)
    facts = described(operator.title, name, layer)
    alpha = facts["values"][1]
    chosen = f"output[{facts['at']}] = value < 0 "
    body = [
        f"const int32_t value = {facts['distances'][0]};",
        f"{chosen}? {coded(f'value * {alpha}', layer.negative, layer)}",
        f"{' ' * len(chosen)}: {coded('value', layer.positive, layer)};",
    ]
    notes = ["The second operand is alpha, by which is multiplied what is below 0."]
    return elementwise(facts, name, layer, "PRELU", body, constants(name, layer), notes, (SCALED[layer.type],))
