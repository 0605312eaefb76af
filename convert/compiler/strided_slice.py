"""STRIDED_SLICE as C: copies."""

from __future__ import annotations

from convert.compiler import moves
from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.strided_slice import prepare


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: a STRIDED_SLICE.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.strided_slice.prepare`.
    """
    return moves.step(operator, name, prepare(operator), "a slice")
