"""PRELU as C: what its template prints."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.prelu.reference import check_prelu
from plumbline.convert.operators.shared.binary.code import SATURATING, constants, described, elementwise, minus, scaled
from plumbline.convert.operators.step import Step


def compile_prelu(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_prelu` raises."""
    layer = check_prelu(operator)
    facts = described(operator.layer, name, layer)
    value, alpha = facts["values"]
    function = SATURATING[layer.type]
    body = [
        f"const int32_t value = {value.removeprefix('(').removesuffix(')')};",
        f"const int32_t code = value < 0 ? {scaled(f'value * {alpha}', layer.negative, 'scaled_fast')}",
        f"                               : {scaled('value', layer.positive, 'scaled_fast')};",
        f"output[{facts['at']}] = plumbline_{function}(code{minus(-layer.output.zero_point)});",
    ]
    notes = ["The second operand is alpha, by which is multiplied what is below 0."]
    return elementwise(facts, name, layer, "PRELU", body, constants(name, layer), notes, ("scaled_fast", function))
