"""RESHAPE as C: nothing, since the planner gives both shapes the same bytes."""

from __future__ import annotations

from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.reshape import prepare


def compile_operator(operator: Operator, name: str) -> Step:
    """Check an operator that leaves no code.

    Args:
        operator: a RESHAPE.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.reshape.prepare`.
    """
    prepare(operator)
    return Step(name, None, (), (), {})
