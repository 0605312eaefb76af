"""RESHAPE as C: nothing, since the planner gives both shapes the same bytes."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.reshape.reference import check_reshape
from plumbline.convert.operators.step import Step


def compile_reshape(operator: Operator, name: str) -> Step:
    """Check an operator that leaves no code. Raises what `check_reshape` raises."""
    check_reshape(operator)
    return Step(name, None, (), (), {}, same_bytes=True)
