"""EQUAL as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.binary.plain import Plain
from plumbline.convert.operators.shared.comparison.reference import VALUES, Comparison, comparison


def check_equal(operator: Operator) -> Comparison | Plain:
    """Check an EQUAL operator; raises what `comparison` raises."""
    return comparison(operator, "==", VALUES)
