"""Inputs that every model is asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Graph, Tensor, put_together
from plumbline.convert.operators.indices import within_tables
from plumbline.convert.references.sequences import Starts
from plumbline.convert.references.survivors import survivors


def input_rows(rng: np.random.Generator, elements: int, zero: int) -> NDArray[np.int8]:
    """Six inputs: two random, one of extremes only, and all lowest, all highest, all real 0."""
    result = rng.integers(-128, 128, (6, elements)).astype(np.int8)
    result[2] = rng.choice((-128, 127), elements)
    result[3:] = np.array([-128, 127, zero]).reshape(3, 1)
    return result


def rows_for(rng: np.random.Generator, graph: Graph) -> NDArray[np.int8]:
    """Six rows of a model's inputs, of the same kind for each of them, without those at which TensorFlow Lite Micro stops; indices stay within what
    they count."""
    rows = within_tables(put_together((values_for(rng, tensor) for tensor in graph.inputs), graph.inputs), graph)
    return rows[survivors(graph, rows)]


def asked_of(rng: np.random.Generator, graph: Graph) -> tuple[NDArray[np.int8], Starts | None]:
    """`rows_for` of a model; of one with a state, twice as many in any order, as sequences of any length, and where these start."""
    if not graph.stateful:
        return rows_for(rng, graph), None
    rows = rng.permutation(np.concatenate([rows_for(rng, graph), rows_for(rng, graph)]))
    return rows, rng.random(len(rows)) < 0.15


def values_for(rng: np.random.Generator, tensor: Tensor) -> NDArray[np.generic]:
    """Six values of a tensor (6, elements)."""
    if tensor.type == "INT8":
        return input_rows(rng, tensor.elements, tensor.quantization.zero_point if tensor.quantization else 0)
    if tensor.type == "BOOL":
        result = rng.random((6, tensor.elements)) < 0.5
        result[3:5] = np.array([False, True]).reshape(2, 1)
        return result
    info = np.iinfo(tensor.dtype)
    result = rng.integers(info.min, info.max, (6, tensor.elements), tensor.dtype, endpoint=True)
    result[2] = rng.choice((info.min, info.max), tensor.elements)
    result[3:] = np.array([info.min, info.max, 0]).reshape(3, 1)
    return result
