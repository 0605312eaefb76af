"""TANH as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared import sigmoid_table
from plumbline.convert.operators.shared.exponential import tanh
from plumbline.convert.operators.shared.lookup.reference import Lookup
from plumbline.convert.operators.shared.sigmoid import sigmoid
from plumbline.convert.operators.shared.sigmoid_lines.reference import SigmoidLines, sigmoid_lines
from plumbline.convert.operators.shared.slopes.reference import wide_ends


def check_tanh(operator: Operator) -> Lookup | SigmoidLines:
    """Check a TANH operator and tabulate it, as Tanh in integer_ops/tanh.h does; raises what `sigmoid` raises."""
    if wide := wide_ends(operator):
        return sigmoid_lines(operator, *wide, sigmoid_table.tanh, "tanh_s16", powers=(-12, -11))
    return sigmoid(operator, tanh, output_bits=7, zero_point=0)
