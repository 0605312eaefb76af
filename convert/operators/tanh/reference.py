"""TANH as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.exponential import tanh
from plumbline.convert.operators.shared.lookup.reference import Lookup
from plumbline.convert.operators.shared.sigmoid import sigmoid


def check_tanh(operator: Operator) -> Lookup:
    """Check a TANH operator and tabulate it, as Tanh in integer_ops/tanh.h does; raises what `sigmoid` raises."""
    return sigmoid(operator, tanh, output_bits=7, zero_point=0)
