"""Where intermediate tensors live: one static block, in which tensors that are not needed at the same time share bytes."""

from __future__ import annotations

from dataclasses import dataclass

from convert.graph import Graph, Tensor

ALIGNMENT = 4
"""So that a word-wise kernel could read any tensor."""


@dataclass(frozen=True)
class Plan:
    """Offset of each intermediate tensor, by its index, in a block of `bytes`."""

    homes: dict[int, int]
    """As `homes` tells; only tensors that are their own home have offsets."""
    offsets: dict[int, int]
    bytes: int


def homes(graph: Graph) -> dict[int, int]:
    """For each run-time tensor the one whose bytes it shares, by index: its own, but the input of a RESHAPE for its output.

    What is reshaped into the model's output is computed there at once. Input and output of the model never share: the caller owns both.
    """
    result = {tensor.index: tensor.index for tensor in graph.tensors if tensor.data is None}
    for operator in graph.operators:
        if operator.name != "RESHAPE" or operator.inputs[0] is None:
            continue
        source, target = result[operator.inputs[0].index], operator.outputs[0].index
        if target != graph.output.index:
            result[target] = source
        elif source != graph.input.index:
            result |= {index: target for index, home in result.items() if home == source}
    return result


def lifetimes(graph: Graph) -> dict[int, tuple[int, int]]:
    """First and last operator that touches the bytes of each intermediate tensor (not the model's input and output), by their home."""
    result: dict[int, tuple[int, int]] = {}
    shared = homes(graph)
    for step, operator in enumerate(graph.operators):
        for tensor in (*operator.inputs, *operator.outputs):
            if tensor is not None and tensor.data is None and (home := shared[tensor.index]) not in (graph.input.index, graph.output.index):
                result[home] = (result.get(home, (step, step))[0], step)
    return result


def plan(graph: Graph) -> Plan:
    """Place the largest tensors first, each at the lowest offset where it overlaps no tensor alive at the same time."""
    alive = lifetimes(graph)
    offsets: dict[int, int] = {}

    def overlapping(tensor: Tensor) -> list[Tensor]:
        first, last = alive[tensor.index]
        return [graph.tensors[i] for i in offsets if alive[i][0] <= last and first <= alive[i][1]]

    for tensor in sorted((graph.tensors[i] for i in alive), key=lambda t: (-t.bytes, t.index)):
        at = 0
        for other in sorted(overlapping(tensor), key=lambda t: offsets[t.index]):
            if at + tensor.bytes <= offsets[other.index]:
                break
            at = max(at, aligned(offsets[other.index] + other.bytes))
        offsets[tensor.index] = at
    return Plan(homes(graph), offsets, max((offsets[i] + aligned(graph.tensors[i].bytes) for i in offsets), default=0))


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
