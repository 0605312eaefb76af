"""RELU6 as C."""

from __future__ import annotations

from plumbline.convert.codegen.step import Step
from plumbline.convert.graph import Operator
from plumbline.convert.operators.relu6.reference import prepare
from plumbline.convert.operators.shared.lookup import code as lookup


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template.

    Args:
        operator: a RELU6.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `plumbline.convert.operators.relu6.reference.prepare`.
    """
    return lookup.step(operator.layer, name, prepare(operator), "input, kept between 0 and 6")
