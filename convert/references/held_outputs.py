"""What outputs hold that no inference since a reset has come to."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.operators import named
from plumbline.convert.operators.registration import Values


def held_at_first(graph: Graph, output: Tensor) -> Values:
    """(elements,): 0, but of an output that is a variable what this begins with."""
    for operator in graph.operators:
        found = named(operator.name)
        if output not in operator.outputs or found is None:
            continue
        if operator.variables and operator.variables[0] in operator.outputs:
            return operator.variables[0].beginning()
        if found.same_bytes:
            return held_at_first(graph, operator.run_time_inputs[0])
    return np.zeros(output.elements, output.dtype)
