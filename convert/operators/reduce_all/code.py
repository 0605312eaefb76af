"""REDUCE_ALL as C: what its template prints."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.reduce_all.reference import check_reduce_all
from plumbline.convert.operators.shared.reduction.code import described
from plumbline.convert.operators.step import Step


def compile_reduce_all(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_reduce_all` raises."""
    return Step(name, "reduce_all.c.j2", (), (), described(operator, check_reduce_all(operator)))
