"""FULLY_CONNECTED as C: its constants, and what its template prints."""

from __future__ import annotations

from convert.compiler.step import Step
from convert.compiler.weighted import HELPERS, constants, described
from convert.graph import Operator
from convert.kernels.fully_connected import prepare

TEMPLATE = "fully_connected.c.j2"


def compile_operator(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template.

    Args:
        operator: a FULLY_CONNECTED.
        name: the C identifier of its layer.

    Raises:
        ModelRefused, UnsupportedOperator: see `convert.kernels.fully_connected.prepare`.
    """
    layer = prepare(operator)
    inputs = layer.weights.shape[1]
    facts = {**described(operator.layer, layer), "inputs": inputs, "batches": layer.batches, "zero_point": 0}
    return Step(name, TEMPLATE, HELPERS, constants(name, layer, layer.weights, f"one row of {inputs} per output"), facts)
