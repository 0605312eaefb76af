"""How much arithmetic an operator is: its multiply-accumulates, the yardstick that instructions are divided by."""

from __future__ import annotations

from plumbline.convert.graph import Operator
from plumbline.convert.operators.unidirectional_sequence_lstm.reference import GATES


def multiply_accumulates(operator: Operator) -> int | None:
    """Products of a weight and an input that one inference adds up, those with padding included.

    Returns:
        None for an operator that is no sum of weights times inputs.
    """
    weights = operator.inputs[1] if len(operator.inputs) > 1 else None
    if weights is None or not weights.shape:
        return None
    outputs = operator.outputs[0].elements
    if operator.name == "UNIDIRECTIONAL_SEQUENCE_LSTM":  # four gates of weights (units, inputs) and (units, units)
        return outputs * len(GATES) * (weights.shape[-1] + operator.outputs[0].shape[-1])
    if operator.name == "FULLY_CONNECTED":  # weights (outputs, inputs)
        return outputs * weights.shape[-1]
    if operator.name == "CONV_2D":  # weights (outputs, height, width, inputs)
        return outputs * (weights.elements // weights.shape[0])
    if operator.name == "DEPTHWISE_CONV_2D":  # weights (1, height, width, outputs)
        return outputs * (weights.elements // weights.shape[-1])
    return None
