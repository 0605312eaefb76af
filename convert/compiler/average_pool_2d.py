"""AVERAGE_POOL_2D as C: what its template prints. It runs on no constants but those of its geometry, which stand in the code."""

from __future__ import annotations

from convert.compiler.pool_2d import described
from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.average_pool_2d import prepare

TEMPLATE = "average_pool_2d.c.j2"


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: a AVERAGE_POOL_2D.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.average_pool_2d.prepare`.
    """
    return Step(name, TEMPLATE, (), (), described(operator.layer, prepare(operator)))
