"""SPLIT as C: copies."""

from __future__ import annotations

from convert.compiler import moves
from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.split import prepare


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: a SPLIT.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.split.prepare`.
    """
    return moves.step(operator, name, prepare(operator), "split")
