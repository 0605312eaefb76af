"""LOGISTIC as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared import sigmoid_table
from plumbline.convert.operators.shared.exponential import logistic
from plumbline.convert.operators.shared.lookup.reference import Lookup
from plumbline.convert.operators.shared.sigmoid import sigmoid
from plumbline.convert.operators.shared.sigmoid_lines.reference import SigmoidLines, sigmoid_lines
from plumbline.convert.operators.shared.slopes.reference import wide_ends


def check_logistic(operator: Operator) -> Lookup | SigmoidLines:
    """Check a LOGISTIC operator and tabulate 1 / (1 + exp(-input)), as Logistic in integer_ops/logistic.h does; raises what `sigmoid` raises."""
    if wide := wide_ends(operator):
        return sigmoid_lines(operator, *wide, sigmoid_table.sigmoid, "logistic_s16", powers=(-12,))
    return sigmoid(operator, logistic, output_bits=8, zero_point=-128)
