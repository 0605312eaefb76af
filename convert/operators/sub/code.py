"""SUB as C."""

from __future__ import annotations

from plumbline.convert.codegen.step import Step
from plumbline.convert.graph import Operator
from plumbline.convert.operators.shared.scaled_sum import code as scaled_sum
from plumbline.convert.operators.sub.reference import prepare


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: a SUB.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `plumbline.convert.operators.sub.reference.prepare`.
    """
    return scaled_sum.step(operator.layer, name, prepare(operator))
