"""TANH as integers."""

from __future__ import annotations

from convert.graph import Operator
from convert.kernels.exponential import tanh
from convert.kernels.lookup import Lookup
from convert.kernels.sigmoid import sigmoid


def prepare(operator: Operator) -> Lookup:
    """Check a TANH operator and tabulate it, as Tanh in integer_ops/tanh.h does; raises what `sigmoid` raises."""
    return sigmoid(operator, tanh, output_bits=7, zero_point=0)
