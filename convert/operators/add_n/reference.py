"""ADD_N as integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import Multiplier
from plumbline.convert.operators.shared.binary.operands import Values, alike, operands
from plumbline.convert.operators.shared.binary.reference import Binary, below_one, unclipped
from plumbline.convert.operators.shared.checks import refused, unsupported

LEFT_SHIFT = 19
"""Bits by which sums are shifted before they are scaled: kAddNIntegerShift in add_n.cc, and the multiplier of every operand, which is a half."""
MOST = 7
"""Operands: with one more, and a zero point at an end of the codes, sums shifted left could exceed 2^30."""


@dataclass(frozen=True)
class AddN(Binary):
    """clamp(multiplier * (sum of (code - zero point) - zero point) * 2^19 + output zero point).

    The operands' zero point is taken off once more than there are operands, since the kernel begins its sum with it (AddN in add_n.h).
    """

    multiplier: Multiplier
    """2 * operand scale * 2^-20 / output scale."""

    def answer(self, *sources: Values) -> Values:
        """Answer codes (N, elements) of each run-time operand with codes (N, elements), as AddN in add_n.h does."""
        total = np.asarray(sum(self.aligned(sources)), np.int64) - self.operands[0].zero_point
        return self.codes(self.multiplier.apply(total << LEFT_SHIFT))


def check_add_n(operator: Operator) -> AddN:
    """Check an ADD_N operator and work out its multiplier.

    Raises:
        ModelRefused: its tensors contradict each other; scales lie too far apart.
        UnsupportedOperator: they are of another type, or all constants, or too many.
    """
    count = len(operator.inputs)
    if not 2 <= count <= MOST:
        raise unsupported(operator, f"of {count} operands")
    tensors = operands(operator, count)
    alike(operator, tensors, ("INT8",))
    found = unclipped(operator, tensors)
    if len({tensor.shape for tensor in tensors}) > 1:
        raise refused(operator, f"has operands of the shapes {' and '.join(str(tensor.shape) for tensor in tensors)}")
    scales = {(operand.scale, operand.zero_point) for operand in found["operands"]}
    if len(scales) > 1:
        raise refused(operator, "has operands of several scales and zero points: TensorFlow Lite Micro takes one")
    ((scale, _),) = scales
    return AddN(**found, multiplier=below_one(operator, 2 * scale / ((1 << (LEFT_SHIFT + 1)) * operator.outputs[0].quantized.scale)))
