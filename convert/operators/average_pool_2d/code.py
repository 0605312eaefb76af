"""AVERAGE_POOL_2D as C: what its template prints. It runs on no constants but those of its geometry, which stand in the code."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.average_pool_2d.reference import check_average_pool_2d
from plumbline.convert.operators.shared.pool_2d.code import described
from plumbline.convert.operators.step import Step

TEMPLATE = "average_pool_2d.c.j2"


def compile_average_pool_2d(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: a AVERAGE_POOL_2D.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `check_average_pool_2d`.
    """
    return Step(name, TEMPLATE, (), (), described(operator.layer, check_average_pool_2d(operator)))
