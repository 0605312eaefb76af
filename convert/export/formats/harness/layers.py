"""Where in the memory of the exported C the layers leave their outputs."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.convert.export.exported import ExportedModel


@dataclass(frozen=True)
class Place:
    """An output of a layer in the memory."""

    layer: int
    output: int
    offset: int
    bytes: int


def places(model: ExportedModel) -> list[Place]:
    """Every output of every operator that lies in the memory once the operator has run."""
    found, offsets = [], model.compiled.memory.offsets
    for number, operator in enumerate(model.graph.operators):
        for output, tensor in enumerate(operator.results):
            if tensor.index in offsets:
                found.append(Place(number, output, offsets[tensor.index], tensor.bytes))
    return found
