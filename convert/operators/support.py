"""The registration of a model's operator, or the reason why there is none."""

from __future__ import annotations

from plumbline.common.errors import UnsupportedOperator
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import Blocker, refusal
from plumbline.convert.model.graph import Operator
from plumbline.convert.model.model_kind import custom
from plumbline.convert.operators import Registration, named, registered


def registration_of(operator: Operator) -> Registration:
    """Look an operator up. Raises UnsupportedOperator for one that is not there."""
    found = named(operator.name)
    if found is None:
        hint = hints.operators(registered())
        raise refusal([custom(operator) or Blocker(f"{operator.name} is not supported", hint, UnsupportedOperator, (operator.layer,))])
    return found
