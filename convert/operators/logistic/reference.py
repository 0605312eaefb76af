"""LOGISTIC as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.exponential import logistic
from plumbline.convert.operators.shared.lookup.reference import Lookup
from plumbline.convert.operators.shared.sigmoid import sigmoid


def check_logistic(operator: Operator) -> Lookup:
    """Check a LOGISTIC operator and tabulate 1 / (1 + exp(-input)), as Logistic in integer_ops/logistic.h does; raises what `sigmoid` raises."""
    return sigmoid(operator, logistic, output_bits=8, zero_point=-128)
