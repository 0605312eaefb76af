"""GREATER_EQUAL as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.binary.plain import Plain
from plumbline.convert.operators.shared.comparison.reference import NUMBERS, Comparison, comparison


def check_greater_equal(operator: Operator) -> Comparison | Plain:
    """Check a GREATER_EQUAL operator; raises what `comparison` raises."""
    return comparison(operator, ">=", NUMBERS)
