"""Where the tensors computed at run time live: one block of memory, in which tensors that are not needed at the same time share bytes.

The model's input and output lie in it as well: the input is free to be overwritten once its last reader is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from plumbline.convert.codegen.needs import NOTHING, Needs, first_uses, last_uses, renames, rewritten
from plumbline.convert.codegen.nesting import Nesting, candidates
from plumbline.convert.codegen.variable_homes import assigned_in_place, kept_outputs, read_in_place
from plumbline.convert.model.graph import Graph

ALIGNMENT = 4
"""So that a kernel may read any tensor word by word."""


@dataclass(frozen=True)
class Span:
    """A stretch of memory and the steps during which it is in use: both ends included, -1 before the first operator runs."""

    bytes: int
    first: int
    last: int

    def meets(self, other: Span) -> bool:
        """Whether both are in use at the same time."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Plan:
    """The offset of everything that operators read and write at run time, in a block of `bytes`."""

    offsets: Mapping[int, int]
    """Of each tensor computed at run time, by its index. Equal for tensors that are the same bytes one after the other; parts may lie in a whole."""
    scratch: Mapping[int, int]
    """Of the scratch memory of each operator that needs some, by its place in the graph."""
    bytes: int
    spans: tuple[tuple[int, Span], ...]
    """Each stretch with its offset."""


def homes(graph: Graph, needs: Sequence[Needs]) -> dict[int, int]:
    """For each run-time tensor the one whose bytes it takes over, by index; its own where it takes over none.

    The output of an operator of `same_bytes`, as RESHAPE or a slice of everything, is its input. Any other one's output takes the place of an input
    where the operator allows that, the sizes are the same, and nobody reads the input, or what else lies in its bytes, at this step or later.
    Where it lies in a variable: see `variable_homes`.
    """
    result = {tensor.index: tensor.index for tensor in graph.tensors if tensor.computed} | {each.index: each.index for each in graph.variables}
    last = last_uses(graph)
    reads, kept, several = read_in_place(graph, needs, last), kept_outputs(graph, needs), rewritten(graph)
    for step, operator in enumerate(graph.operators):
        if not operator.outputs:
            continue
        inputs, target = operator.run_time_inputs, operator.outputs[0]
        same = renames(operator, needs[step])
        if step in reads:
            result[target.index] = operator.variables[0].index
        for place in (0,) if same else () if target.index in kept | several else needs[step].in_place:
            source = inputs[place]
            home = result[source.index]
            over = max(last[index] for index, other in result.items() if other == home) <= step
            # An input that is the same bytes by another name is overwritten too.
            free = all(other in needs[step].in_place for other, each in enumerate(inputs) if result[each.index] == home)
            if source.bytes == target.bytes and (same or (over and free)):
                result[target.index] = home
                break
    return assigned_in_place(graph, needs, result) if graph.stateful else result


def tensor_spans(graph: Graph, needs: Sequence[Needs]) -> tuple[dict[int, int], dict[int, Span]]:
    """The home of each run-time tensor that is used at all, and the span of each home."""
    last, shared, first, kept = last_uses(graph), homes(graph, needs), first_uses(graph), kept_outputs(graph, needs)
    used = {index: home for index, home in shared.items() if index in last}
    spans = {}
    for home in set(used.values()):
        members = [index for index, other in used.items() if other == home]
        begins = -1 if kept & set(members) else min(first[index] for index in members)
        spans[home] = Span(graph.tensors[home].bytes, begins, max(last[index] for index in members))
    return used, spans


def plan(graph: Graph, needs: Sequence[Needs] | None = None, apart: int = 0) -> Plan:
    """Place everything in as little memory as the best of a few orders finds.

    Args:
        graph: the model.
        needs: of each operator; None where none has any.
        apart: bytes to leave free behind each stretch, for a sanitizer to watch over.
    """
    needs = needs or [NOTHING] * len(graph.operators)
    shared, spans = tensor_spans(graph, needs)
    nesting = Nesting(graph, needs, shared)
    result = arranged(nesting, spans, apart)
    for step, inside in candidates(graph, needs, shared, ALIGNMENT):
        more = nesting.also(step, inside)
        tried = arranged(more, spans, apart) if more else None
        if more and tried and tried.bytes <= result.bytes:  # what keeps a large tensor alive for a small part costs memory
            nesting, result = more, tried
    return result


def arranged(nesting: Nesting, spans: Mapping[int, Span], apart: int) -> Plan:
    """Everything placed, with tensors inside others as given."""
    outer: dict[int, Span] = {}
    for home, span in spans.items():
        root, _ = nesting.place(home)
        known = outer.get(root, span)
        outer[root] = Span(spans[root].bytes, min(known.first, span.first), max(known.last, span.last))
    keys: list[tuple[str, int]] = [("tensor", root) for root in outer]
    wanted = list(outer.values())
    for step, each in enumerate(nesting.needs):
        if each.scratch_bytes:
            keys.append(("scratch", step))
            wanted.append(Span(each.scratch_bytes, step, step))
    sizes = [aligned(span.bytes + apart) for span in wanted]
    places = best(wanted, sizes)
    offsets = dict(zip(keys, places, strict=True))
    within = {index: nesting.place(home) for index, home in nesting.homes.items()}
    return Plan(
        offsets={index: offsets["tensor", root] + at for index, (root, at) in within.items()},
        scratch={step: offset for (kind, step), offset in offsets.items() if kind == "scratch"},
        bytes=extent(places, sizes),
        spans=tuple(zip(places, wanted, strict=True)),
    )


def best(spans: Sequence[Span], sizes: Sequence[int]) -> list[int]:
    """Offsets for the spans: several orders are tried until one needs no more than what is alive at once anyway."""
    least = lower_bound(spans, sizes)
    found: list[int] | None = None
    for order in orders(spans, sizes):
        places = first_fit(spans, sizes, order)
        if found is None or extent(places, sizes) < extent(found, sizes):
            found = places
        if extent(found, sizes) <= least:
            break
    return found or []


def orders(spans: Sequence[Span], sizes: Sequence[int]) -> Iterator[list[int]]:
    """Orders of placement: by size as TensorFlow Lite Micro's greedy planner, by length of life, by both, by start and by end."""

    def by(key: Callable[[int], tuple[int, ...]]) -> list[int]:
        return sorted(range(len(spans)), key=lambda i: (*key(i), i))

    def life(i: int) -> int:
        return spans[i].last - spans[i].first + 1

    yield by(lambda i: (-sizes[i], spans[i].first))
    yield by(lambda i: (-life(i), -sizes[i]))
    yield by(lambda i: (-sizes[i] * life(i),))
    yield by(lambda i: (spans[i].first, -sizes[i]))
    yield by(lambda i: (-spans[i].last, -sizes[i]))
    crowded = {i: sum(sizes[j] for j in range(len(spans)) if spans[i].meets(spans[j])) for i in range(len(spans))}
    yield by(lambda i: (-crowded[i], -sizes[i]))


def first_fit(spans: Sequence[Span], sizes: Sequence[int], order: Sequence[int]) -> list[int]:
    """Each span in turn at the lowest offset where it meets no span that is placed already and in use at the same time."""
    offsets = [0] * len(spans)
    placed: list[int] = []
    for i in order:
        at = 0
        for other in sorted((j for j in placed if spans[i].meets(spans[j])), key=lambda j: offsets[j]):
            if at + sizes[i] <= offsets[other]:
                break
            at = max(at, offsets[other] + sizes[other])
        offsets[i] = at
        placed.append(i)
    return offsets


def lower_bound(spans: Sequence[Span], sizes: Sequence[int]) -> int:
    """The most that is in use at once: no plan needs less."""
    starts = {span.first for span in spans}
    return max((sum(size for span, size in zip(spans, sizes, strict=True) if span.first <= step <= span.last) for step in starts), default=0)


def extent(places: Sequence[int], sizes: Sequence[int]) -> int:
    return max((place + size for place, size in zip(places, sizes, strict=True)), default=0)


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
