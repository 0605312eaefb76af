"""ADD as C."""

from __future__ import annotations

from convert.compiler import scaled_sum
from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.add import prepare


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into the facts of its template.

    Args:
        operator: an ADD.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.add.prepare`.
    """
    return scaled_sum.step(operator.layer, name, prepare(operator))
