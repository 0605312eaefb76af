"""What a reset writes into the memory of a model with variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plumbline.convert.codegen.names import variable_names
from plumbline.convert.codegen.planner import Plan
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.constants import Constant


@dataclass(frozen=True)
class Beginning:
    """One variable's value after a reset."""

    name: str
    """Of the variable or output, for people."""
    offset: int
    bytes: int
    fill: int
    """The value of every byte, where there is no constant."""
    constant: Constant | None


def beginnings_of(graph: Graph, memory: Plan, with_outputs: bool, layers: Sequence[str], prefix: str = "") -> list[Beginning]:
    """What a reset does, in the order of the places in memory; outputs become 0 where an inference may leave them as they were.

    `layers` are those of all operators that have a name in C, `prefix` what stands before each of the model's names.
    """
    places = {memory.offsets[each.index] for each in graph.variables}
    ends = [each for each in graph.outputs if with_outputs and memory.offsets[each.index] not in places]
    found = [Beginning(end.name, memory.offsets[end.index], end.bytes, 0, None) for end in ends]
    for variable, name in zip(graph.variables, variable_names(graph, layers, prefixed=bool(prefix)), strict=True):
        given = np.frombuffer(variable.initial or b"", np.int8)
        same = bool((given == given[0]).all())
        constant = None if same else Constant(f"{prefix}{name}_beginning", given, f"{name} after a reset")
        found.append(Beginning(variable.name, memory.offsets[variable.index], variable.bytes, int(given[0]), constant))
    return sorted(found, key=lambda each: each.offset)
