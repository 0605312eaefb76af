"""REDUCE_MIN as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.reduction.extreme import ExtremeReference, extreme


def check_reduce_min(operator: Operator) -> ExtremeReference:
    """Check a REDUCE_MIN operator; raises what `extreme` raises."""
    return extreme(operator, largest=False)
