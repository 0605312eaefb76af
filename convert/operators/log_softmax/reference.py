"""LOG_SOFTMAX as integers: a table of exponentials for each distance below a row's highest code, and a logarithm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.fixed_point import INT8, Multiplier
from plumbline.convert.operators.log_softmax.logarithm import logarithm
from plumbline.convert.operators.shared.checks import activations, arity, refused, unsupported
from plumbline.convert.operators.shared.exponential import Integers, exponential, shifted
from plumbline.convert.operators.shared.row_exponents import INPUT_BITS, SUM_BITS, exponents

LARGEST_ROW = 4095
"""Up to which the sum of a row's exponentials stays within int32."""
OUTPUT = (1 / 16, 127)
"""The only scale and zero point that TFLM's kernel writes."""
OUTPUT_SHIFT = 22
"""From an exponent to a code: 31 - INPUT_BITS - 4."""


@dataclass(frozen=True)
class LogSoftmaxReference:
    """output = 127 + 16 * (input - log of the sum of exp(input)) along each of `rows` rows of `depth` codes.

    `exponents[d]` is -d * scale of 2**-26 for a code d below the row's highest, `exponentials[d]` exp of it of 2**-31; codes farther below are 0.
    """

    rows: int
    depth: int
    multiplier: Multiplier
    exponents: Integers
    exponentials: Integers

    def answer(self, codes: NDArray[np.int8]) -> NDArray[np.int8]:
        """Answer codes (N, rows * depth) with as many, as LogSoftmaxQuantized in log_softmax.h does.

        Codes that it leaves out, lest a difference overflow, are far below the lowest that it writes.
        """
        wide = codes.reshape(-1, self.depth).astype(np.int64)
        below = wide.max(axis=1, keepdims=True) - wide
        counts, at = below < len(self.exponents), np.minimum(below, len(self.exponents) - 1)
        total = shifted(np.where(counts, self.exponentials[at], 0), SUM_BITS).sum(axis=1, keepdims=True)
        answer = shifted(self.exponents[at] - logarithm(total), OUTPUT_SHIFT) + OUTPUT[1]
        return np.where(counts, np.clip(answer, *INT8), INT8[0]).astype(np.int8).reshape(len(codes), -1)


def check_log_softmax(operator: Operator) -> LogSoftmaxReference:
    """Check a LOG_SOFTMAX operator and work out its exponentials.

    Raises:
        ModelRefused: its tensors contradict each other, or TFLM would refuse it.
        UnsupportedOperator: it is of a form the integer kernel does not have.
    """
    arity(operator, 1)
    source, target = activations(operator)
    if not source.shape or source.shape != target.shape:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    if (target.quantized.scale, target.quantized.zero_point) != OUTPUT:
        raise refused(operator, f"has the output scale {target.quantized.scale:g} and zero point {target.quantized.zero_point}, not 1/16 and 127")
    if source.shape[-1] > LARGEST_ROW:
        raise unsupported(operator, f"over {source.shape[-1]} codes (up to {LARGEST_ROW})")
    multiplier, found = exponents(operator, 1.0, source.quantized.scale)
    return LogSoftmaxReference(source.elements // source.shape[-1], source.shape[-1], multiplier, found, exponential(found, INPUT_BITS))
