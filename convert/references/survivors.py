"""Which inputs TensorFlow Lite Micro answers at all: kernels that meet numbers they were not made for end the whole process."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators import named
from plumbline.convert.operators.registration import Codes
from plumbline.convert.references.reference_interpreter import Model

AT_ONCE = 64
"""Inputs that are followed together."""


def survivors(graph: Graph, rows: Codes) -> NDArray[np.bool_]:
    """(N,): whether each row (N, input bytes) gets an answer. Rows of a model with a state follow from each other, and all stay;
    so do those of one with an operator that the reference interpreter lacks, of which TensorFlow Lite Micro is asked in a process of its own."""
    alive = np.ones(len(rows), bool)
    try:
        found = [(operator, known.stops(operator)) for operator in graph.operators if (known := named(operator.name)) is not None and known.stops]
        stopping = [(operator.run_time_inputs[0].index, stops) for operator, stops in found if stops is not None]
        if not stopping or graph.stateful:
            return alive
        model = Model(graph)
    except (ModelRefused, UnsupportedOperator):
        return alive
    for at in range(0, len(rows), AT_ONCE):
        values = model.values(rows[at : at + AT_ONCE])
        for index, stops in stopping:
            alive[at : at + AT_ONCE] &= ~stops(values[index])
    return alive
