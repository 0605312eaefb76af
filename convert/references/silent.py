"""The layer from which on a model answers the same, whatever it is asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.common.layer_names import layer_name
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.references import reference_interpreter

MOST = 64
"""Inputs that are tried: enough to tell a constant from a rare value that does not matter here."""


def silent_layer(graph: Graph, codes: NDArray[np.int8]) -> str | None:
    """The name of the first layer that answers the same to all of the input codes (N, input bytes); None where none does, or all inputs are equal, or
    the model has a state, so that its answers depend on more than the input, or the integer model lacks an operator.
    """
    asked = np.unique(codes, axis=0)
    asked = asked[np.linspace(0, len(asked) - 1, min(len(asked), MOST)).astype(int)]
    constant: set[int] = set()

    def note(tensor: Tensor, values: NDArray[np.int8]) -> None:
        if (values == values[0]).all():
            constant.add(tensor.index)

    if len(asked) < 2 or graph.stateful:
        return None
    try:
        reference_interpreter.run(graph, asked, note=note)
    except (UnsupportedOperator, ModelRefused):
        return None
    for operator in graph.operators:
        if operator.results and all(tensor.index in constant for tensor in operator.results):
            return layer_name(operator)
    return None
