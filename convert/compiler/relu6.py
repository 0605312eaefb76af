"""RELU6 as C."""

from __future__ import annotations

from convert.compiler import lookup
from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.relu6 import prepare


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template.

    Args:
        operator: a RELU6.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.relu6.prepare`.
    """
    return lookup.step(operator.layer, name, prepare(operator), "input, kept between 0 and 6")
