"""PRELU as integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.binary.operands import Values, operands
from plumbline.convert.operators.shared.binary.reference import Binary, bounded, largest, unclipped
from plumbline.convert.operators.shared.checks import one_of

TYPES = ("INT8", "INT16")


@dataclass(frozen=True)
class PreluReference(Binary):
    """clamp(positive * input + zero point), or clamp(negative * input * alpha + zero point) below 0; operands being code - zero point."""

    positive: Multiplier
    """Input scale / output scale."""
    negative: Multiplier
    """Input scale * alpha scale / output scale."""

    def answer(self, *sources: Values) -> Values:
        """Answer codes (N, elements) of each run-time operand with codes (N, elements), as BroadcastPrelu4DSlow in prelu.h does."""
        values, alphas = self.aligned(sources)
        return self.codes(np.where(values >= 0, self.positive.apply(values), self.negative.apply(values * alphas)))


def check_prelu(operator: Operator) -> PreluReference:
    """Check a PRELU operator and work out its multipliers.

    Raises:
        ModelRefused: its tensors contradict each other; the output scale is far below the others.
        UnsupportedOperator: they are of another type, or all constants.
    """
    source, alpha = operands(operator, 2)
    one_of(operator, source, TYPES)
    one_of(operator, alpha, ("INT8",))
    one_of(operator, operator.outputs[0], (source.type,))
    found = unclipped(operator, (source, alpha))
    values, alphas = found["operands"]
    target = operator.outputs[0].quantized.scale
    return PreluReference(
        **found,
        positive=bounded(operator, values.scale / target, largest(values)),
        negative=bounded(operator, values.scale * alphas.scale / target, largest(values) * largest(alphas)),
    )
