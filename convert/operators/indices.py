"""Which inputs of a model are indices, and inputs that stay within what they count: beyond, TensorFlow Lite Micro gives no answer to compare with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Graph, put_together, taken_apart
from plumbline.convert.operators import named

Rows = NDArray[np.int8]


def counted(graph: Graph) -> dict[int, tuple[int, ...]]:
    """By the index of an input tensor that an operator reads as indices, itself or in another shape: how many each of them counts, in turn."""
    names = {tensor.index: tensor.index for tensor in graph.inputs}
    found: dict[int, tuple[int, ...]] = {}
    for operator in graph.operators:
        registration, first = named(operator.name), operator.inputs[0] if operator.inputs else None
        if registration is None:
            continue
        if registration.same_bytes and first is not None and first.index in names:
            names[operator.outputs[0].index] = names[first.index]
        for place, sizes in (registration.indices(operator) if registration.indices else {}).items():
            tensor = operator.inputs[place]
            if tensor is not None and tensor.index in names:
                found[names[tensor.index]] = sizes
    return found


def within_tables(rows: Rows, graph: Graph) -> Rows:
    """Rows (N, input bytes) whose indices are brought into what they count, by the remainder; others stay as they are."""
    sizes = counted(graph)
    if not sizes:
        return rows
    values = taken_apart(rows, graph.inputs)
    return put_together((kept(each, sizes.get(tensor.index)) for each, tensor in zip(values, graph.inputs, strict=True)), graph.inputs)


def kept(values: NDArray[Any], sizes: tuple[int, ...] | None) -> NDArray[Any]:
    return values if sizes is None else values % np.resize(np.array(sizes, values.dtype), values.shape[1])
