"""UNPACK as C: copies."""

from __future__ import annotations

from plumbline.convert.codegen.step import Step
from plumbline.convert.graph import Operator
from plumbline.convert.operators.shared.data_movement import code as moves
from plumbline.convert.operators.unpack.reference import prepare


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: an UNPACK.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `plumbline.convert.operators.unpack.reference.prepare`.
    """
    return moves.step(operator, name, prepare(operator), "taken apart")
