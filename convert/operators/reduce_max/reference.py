"""REDUCE_MAX as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.reduction.extreme import ExtremeReference, extreme


def check_reduce_max(operator: Operator) -> ExtremeReference:
    """Check a REDUCE_MAX operator; raises what `extreme` raises."""
    return extreme(operator, largest=True)
