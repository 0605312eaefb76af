"""RESHAPE as C: a copy, where the planner could not give both shapes the same bytes."""

from __future__ import annotations

from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.reshape import prepare

TEMPLATE = "reshape.c.j2"


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: a RESHAPE.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.reshape.prepare`.
    """
    return Step(name, TEMPLATE, (), (), {"path": operator.layer, "elements": prepare(operator).elements})
