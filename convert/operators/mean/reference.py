"""MEAN as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.reduction.total import TotalReference, total


def check_mean(operator: Operator) -> TotalReference:
    """Check a MEAN operator; raises what `total` raises."""
    return total(operator, divides=True)
