"""LEAKY_RELU as C."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.leaky_relu.reference import LeakyReluOptions, check_leaky_relu
from plumbline.convert.operators.shared.checks import options_of
from plumbline.convert.operators.shared.lookup.code import lookup_step
from plumbline.convert.operators.step import Step


def compile_leaky_relu(operator: Operator, name: str) -> Step:
    """Turn an operator into its table and the facts of its template. Raises what `check_leaky_relu` raises."""
    layer = check_leaky_relu(operator)
    alpha = options_of(operator, LeakyReluOptions).alpha
    return lookup_step(operator.title, name, layer, f"input, times {alpha:.9g} where it lies below 0")
