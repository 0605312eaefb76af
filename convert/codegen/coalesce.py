"""Which tensors that are copied to each other may be the same bytes, so that nothing is left of the copy, in a model with branches or loops.

This is the coalescing of a register allocator (Chaitin, Register allocation and spilling via graph coloring, 1982): two tensors cannot be one where
something else than a copy between them writes the one while the other's value is still needed. What is needed where follows from the operators that
may run next, so that branches do not hinder each other, and the variables of a loop are written where they lie.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from plumbline.convert.codegen.layout import MOVE, Layout
from plumbline.convert.codegen.needs import Needs, renames
from plumbline.convert.model.graph import Operator, Tensor


class Sets:
    """Tensors that are the same bytes, by their indices, each set named after one of them."""

    def __init__(self) -> None:
        self.parents: dict[int, int] = {}

    def of(self, index: int) -> int:
        while (parent := self.parents.get(index, index)) != index:
            index = parent
        return index

    def join(self, one: int, other: int) -> None:
        if self.of(one) != self.of(other):
            self.parents[self.of(other)] = self.of(one)


def coalesced(layout: Layout, needs: Sequence[Needs]) -> Mapping[int, int]:
    """For tensors that are the same bytes as others, the one of these whose index stands for all.

    Args:
        layout: the model.
        needs: of each operator laid out.
    """
    operators = layout.graph.operators
    sets = Sets()
    for operator, need in zip(operators, needs, strict=True):
        if renames(operator, need):
            sets.join(operator.run_time_inputs[0].index, operator.outputs[0].index)
    apart = conflicts(layout, needs, sets)
    fixed = {sets.of(tensor.index) for tensor in untouched(layout, needs)}
    joined = set()
    for operator in operators:
        if operator.name == MOVE and operator.run_time_inputs:
            one, other = (sets.of(tensor.index) for tensor in (operator.run_time_inputs[0], operator.outputs[0]))
            if one != other and not {one, other} & fixed and other not in apart[one]:
                sets.join(one, other)
                both = apart.pop(one, set()) | apart.pop(other, set())
                apart[one] = both
                for each in both:
                    apart[each] = (apart[each] - {other}) | {one}
                joined.add(one)
    merged = {sets.of(each) for each in joined}
    return {each.index: sets.of(each.index) for each in layout.graph.tensors if each.computed and sets.of(each.index) in merged}


def untouched(layout: Layout, needs: Sequence[Needs]) -> Iterable[Tensor]:
    """Tensors whose memory follows other rules: variables and what may lie in one, and outputs that an early end leaves alone."""
    graph = layout.graph
    yield from graph.variables
    for operator in graph.operators:
        if operator.variables:
            yield from operator.results
    if any(need.ends for need in needs):
        yield from graph.outputs


def conflicts(layout: Layout, needs: Sequence[Needs], sets: Sets) -> defaultdict[int, set[int]]:
    """For each set of tensors those that cannot lie in the same bytes."""
    graph = layout.graph
    result: defaultdict[int, set[int]] = defaultdict(set)

    def clash(one: int, others: Iterable[int]) -> None:
        for other in others:
            if one != other:
                result[one].add(other)
                result[other].add(one)

    live = needed_behind(layout, needs, sets)
    given = {sets.of(tensor.index) for tensor in (*graph.inputs, *graph.variables)}
    for each in given:
        clash(each, given)
    for number, (operator, need) in enumerate(zip(graph.operators, needs, strict=True)):
        if renames(operator, need):
            continue
        reads, writes = ends_of(operator, sets)
        for written in writes:
            copied = set(reads) if operator.name == MOVE else set()
            clash(written, live[number] - copied)
            clash(written, writes)
            in_place = need.in_place if written == writes[0] else ()
            clash(written, [] if operator.name == MOVE else [each for place, each in enumerate(reads) if place not in in_place])
    return result


def needed_behind(layout: Layout, needs: Sequence[Needs], sets: Sets) -> list[set[int]]:
    """For each operator the sets of tensors whose values something behind it reads, worked out backwards until nothing changes."""
    graph = layout.graph
    count = len(graph.operators)
    ends = [ends_of(operator, sets) for operator in graph.operators]
    before: list[set[int]] = [*([set()] * count), {sets.of(tensor.index) for tensor in (*graph.outputs, *graph.variables)}]
    behind: list[set[int]] = [set()] * count
    changed = True
    while changed:
        changed = False
        for number in reversed(range(count)):
            behind[number] = set().union(*(before[each] for each in layout.after[number]))
            reads, writes = ends[number]
            kept = behind[number] if renames(graph.operators[number], needs[number]) else behind[number] - set(writes)
            now = kept | set(reads)
            changed = changed or now != before[number]
            before[number] = now
    return behind


def ends_of(operator: Operator, sets: Sets) -> tuple[list[int], list[int]]:
    """The sets of its inputs computed at run time, in order, and of what it writes."""
    reads = [sets.of(tensor.index) for tensor in (*operator.run_time_inputs, *operator.variables)]
    return reads, [sets.of(tensor.index) for tensor in (*operator.results, *operator.variables)]
