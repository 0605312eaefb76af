"""LOGISTIC as C."""

from __future__ import annotations

from plumbline.convert.codegen.step import Step
from plumbline.convert.graph import Operator
from plumbline.convert.operators.logistic.reference import prepare
from plumbline.convert.operators.shared.lookup import code as lookup


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template.

    Args:
        operator: a LOGISTIC.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `plumbline.convert.operators.logistic.reference.prepare`.
    """
    return lookup.step(operator.layer, name, prepare(operator), "1 / (1 + exp(-input))")
