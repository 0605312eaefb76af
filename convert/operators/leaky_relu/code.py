"""LEAKY_RELU as C."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.leaky_relu.reference import LeakyReluOptions, check_leaky_relu
from plumbline.convert.operators.shared.checks import options_of
from plumbline.convert.operators.shared.lookup.code import lookup_step
from plumbline.convert.operators.step import Step


def compile_leaky_relu(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template.

    Args:
        operator: a LEAKY_RELU.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `check_leaky_relu`.
    """
    layer = check_leaky_relu(operator)
    alpha = options_of(operator, LeakyReluOptions).alpha
    return lookup_step(operator.layer, name, layer, f"input, times {alpha:.9g} where it lies below 0")
