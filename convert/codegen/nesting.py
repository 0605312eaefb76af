"""Tensors that lie inside another: the parts of one that is taken apart, and what is joined to one, so that no code has to copy them.

Tensors that are the same bytes one after the other have a home, see `planner.homes`. A home may be given a place inside another one; then both share
bytes at the same time, and nothing may write into those of the one while the other is still read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from plumbline.convert.codegen.layout import OWN
from plumbline.convert.codegen.needs import Needs, first_uses, last_uses, renames
from plumbline.convert.model.graph import Graph

Inside = Mapping[int, tuple[int, int]]
"""Of each home that lies in another: which, and how many bytes behind its start."""


def candidates(graph: Graph, needs: Sequence[Needs], homes: Mapping[int, int], alignment: int) -> Iterator[tuple[int, Inside]]:
    """Operators whose outputs could lie in their input, or whose inputs in their output, by their place in the graph, and where.

    What a variable holds, and what an inference leaves that ends early, is written and read at other times than operators say: a model with a state
    has none. Nor has one with branches or loops, whose operators do not run in the order in which they stand.
    """
    if graph.stateful or any(need.ends for need in needs) or any(operator.name in OWN for operator in graph.operators):
        return
    for step, (operator, need) in enumerate(zip(graph.operators, needs, strict=True)):
        outer, inner = (operator.run_time_inputs[:1], operator.outputs) if need.parts else (operator.outputs, tuple(operator.run_time_inputs))
        offsets = need.parts or need.joins
        if not offsets or any(offset % alignment for offset in offsets):
            continue
        home, found = homes[outer[0].index], [homes[tensor.index] for tensor in inner]
        whole = all(graph.tensors[each].bytes == tensor.bytes for each, tensor in zip(found, inner, strict=True))
        if whole and len({home, *found}) == len(found) + 1:
            yield step, {each: (home, offset) for each, offset in zip(found, offsets, strict=True)}


@dataclass(frozen=True)
class Nesting:
    """Which homes lie inside others so far, and the operators that have nothing left to do because of it."""

    graph: Graph
    needs: Sequence[Needs]
    homes: Mapping[int, int]
    inside: Inside = field(default_factory=dict)
    resolved: frozenset[int] = frozenset()

    def also(self, step: int, more: Inside) -> Nesting | None:
        """With another operator resolved; None where a home would lie in two others, or be written while it is still read."""
        if any(home in self.inside for home in more):
            return None
        result = replace(self, inside={**self.inside, **more}, resolved=self.resolved | {step})
        return result if result.sound() else None

    def place(self, home: int) -> tuple[int, int]:
        """The outermost home around another, and how many bytes behind its start it lies."""
        at = 0
        while home in self.inside:
            home, offset = self.inside[home]
            at += offset
        return home, at

    def sound(self) -> bool:
        """Whether no tensor is written into bytes where another, of another home, has been written and is still to be read."""
        first, last = first_uses(self.graph), last_uses(self.graph)
        silent = {
            tensor.index
            for step, operator in enumerate(self.graph.operators)
            if step in self.resolved or renames(operator, self.needs[step])
            for tensor in operator.outputs
        }
        lives: dict[int, list[int]] = {}
        for index, home in self.homes.items():
            lives.setdefault(home, []).append(index)
        for one, other in combinations(lives, 2):
            if (one in self.inside or other in self.inside) and self.overlap(one, other):
                for writing, reading in ((one, other), (other, one)):
                    writes = [first[index] for index in lives[writing] if index not in silent]
                    if any(first[index] <= write <= last[index] for write in writes for index in lives[reading]):
                        return False
        return True

    def overlap(self, one: int, other: int) -> bool:
        """Whether two homes have bytes in common."""
        (root, at), (other_root, other_at) = self.place(one), self.place(other)
        sizes = self.graph.tensors[one].bytes, self.graph.tensors[other].bytes
        return root == other_root and at < other_at + sizes[1] and other_at < at + sizes[0]
