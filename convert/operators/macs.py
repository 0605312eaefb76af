"""How much arithmetic an operator is: its multiply-accumulates, the yardstick that instructions are divided by."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators import named


def multiply_accumulates(operator: Operator) -> int | None:
    """Products of a weight and an input that one inference adds up, those with padding included.

    Returns:
        None for an operator that is no sum of weights times inputs.
    """
    weights = operator.inputs[1] if len(operator.inputs) > 1 else None
    found = named(operator.name)
    if found is None or weights is None or not weights.shape:
        return None
    if found.macs is not None:
        return found.macs(operator)
    if found.weights_axis is None:
        return None
    return operator.outputs[0].elements * (weights.elements // weights.shape[found.weights_axis])
