"""SUM as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.reduction.total import TotalReference, total


def check_sum(operator: Operator) -> TotalReference:
    """Check a SUM operator; raises what `total` raises."""
    return total(operator, divides=False)
