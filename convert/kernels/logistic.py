"""LOGISTIC as integers."""

from __future__ import annotations

from convert.graph import Operator
from convert.kernels.exponential import logistic
from convert.kernels.lookup import Lookup
from convert.kernels.sigmoid import sigmoid


def prepare(operator: Operator) -> Lookup:
    """Check a LOGISTIC operator and tabulate 1 / (1 + exp(-input)), as Logistic in integer_ops/logistic.h does; raises what `sigmoid` raises."""
    return sigmoid(operator, logistic, output_bits=8, zero_point=-128)
