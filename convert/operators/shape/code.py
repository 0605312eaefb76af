"""SHAPE as C, where its answer is one of the model's outputs; elsewhere it becomes a constant."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shape.reference import check_shape
from plumbline.convert.operators.step import Step


def compile_shape(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template. Raises what `check_shape` raises."""
    layer = check_shape(operator)
    facts = {"path": operator.title, "shape": layer.shape, "type": operator.run_time_inputs[0].c_type}
    return Step(name, "shape.c.j2", (), (), facts)
