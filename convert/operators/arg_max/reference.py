"""ARG_MAX as integers."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.reduction.extreme import ExtremeReference, place_of_extreme


def check_arg_max(operator: Operator) -> ExtremeReference:
    """Check an ARG_MAX operator; raises what `place_of_extreme` raises."""
    return place_of_extreme(operator, largest=True)
