"""ARG_MIN as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.reduction.extreme import ExtremeReference, place_of_extreme


def check_arg_min(operator: Operator) -> ExtremeReference:
    """Check an ARG_MIN operator; raises what `place_of_extreme` raises."""
    return place_of_extreme(operator, largest=False)
