"""LEAKY_RELU as C."""

from __future__ import annotations

from convert.compiler import lookup
from convert.compiler.step import Step
from convert.graph import Operator
from convert.kernels.checks import options_of
from convert.kernels.leaky_relu import prepare
from convert.options import LeakyReluOptions


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template.

    Args:
        operator: a LEAKY_RELU.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.leaky_relu.prepare`.
    """
    layer = prepare(operator)
    alpha = options_of(operator, LeakyReluOptions).alpha
    return lookup.step(operator.layer, name, layer, f"input, times {alpha:.9g} where it lies below 0")
