"""The registration of a model's operator, or the reason why there is none."""

from __future__ import annotations

from plumbline.common.errors import UnsupportedOperator
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import Blocker, refusal
from plumbline.convert.model.graph import Operator
from plumbline.convert.model.model_kind import custom
from plumbline.convert.operators import Registration, named, registered

LACKING = {
    "FLOOR_DIV": "for float32 alone",
    "FLOOR_MOD": "for float32 alone",
    "POW": "not at all",
    "SELECT": "not at all, but SELECT_V2, which the converter makes of a choice between operands of several shapes",
}
"""Operators of two operands and more that TensorFlow Lite Micro has not for int8, and how it has them."""


def registration_of(operator: Operator) -> Registration:
    """Look an operator up. Raises UnsupportedOperator for one that is not there."""
    found = named(operator.name)
    if found is None:
        hint = hints.operators(registered())
        lacking = f"; TensorFlow Lite Micro has it {LACKING[operator.name]}" if operator.name in LACKING else ""
        raise refusal([custom(operator) or Blocker(f"{operator.name} is not supported{lacking}", hint, UnsupportedOperator, (operator.layer,))])
    return found
