"""ZEROS_LIKE as C, where its answer is one of the model's outputs; elsewhere it becomes a constant."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.step import Step
from plumbline.convert.operators.zeros_like.reference import check_zeros_like


def compile_zeros_like(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_zeros_like` raises."""
    check_zeros_like(operator)
    return Step(name, "zeros_like.c.j2", (), (), {"path": operator.title, "bytes": operator.outputs[0].bytes, "type": operator.outputs[0].c_type})
