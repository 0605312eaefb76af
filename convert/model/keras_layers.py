"""Which of a Keras model's layers each operator of the flatbuffer made from it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from plumbline.convert.model.called import WEIGHTED, layers_of, number_at_end, path_of, paths_of, with_names
from plumbline.convert.model.graph import Graph


@dataclass(frozen=True)
class Layer:
    """A layer of the model, or one inside another."""

    path: tuple[str, ...]
    """Its own name behind those of the layers that it lies in."""
    weighted: bool
    """Whether it has weights."""


@dataclass(frozen=True)
class Layers:
    """What a Keras model calls its layers."""

    model: str
    """The model's own name."""
    layers: tuple[Layer, ...]
    """In the order in which the model lists them, a layer before those inside of it; without those of which nothing is left."""
    outputs: tuple[tuple[str, str], ...]
    """The name of each output in the signature, and of the layer that it comes from."""

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, text: bytes) -> Layers:
        return msgspec.json.decode(text, type=cls)


def with_layers(graph: Graph, layers: Layers | None) -> Graph:
    """The model whose operators are called as the layers that they come from; as it is where these are not known."""
    if layers is None:
        return graph
    found = Match(graph, layers).places()
    own = [each.path[-1] for each in layers.layers]
    names = ["_".join(each.path[-2:]) if own.count(each.path[-1]) > 1 else each.path[-1] for each in layers.layers]
    return with_names(graph, ["" if place is None else names[place] for place in found])


class Match:
    """Finds the layer of each operator: by the path in its name, by the output that it computes, and by what lies before and behind it."""

    def __init__(self, graph: Graph, layers: Layers) -> None:
        self.graph, self.layers = graph, layers
        paths = [path_of(each) for each in layers_of(graph)]
        roots = [path[0] for path in paths if path and path[0].startswith(layers.model) and path[0] != layers.model]
        self.suffix = number_at_end(roots[0]) if roots else ""
        """The number that exporting has put behind the name of everything."""

    def places(self) -> list[int | None]:
        """Of each operator the place of its layer among `layers`."""
        self.found = [self.by_path(layer) for layer in layers_of(self.graph)]
        self.by_output()
        self.by_weights()
        self.by_neighbours()
        return self.found

    def by_path(self, layer: str) -> int | None:
        """The innermost layer that a tensor's name speaks of."""
        for path in [path_of(layer), *paths_of(layer)]:
            inner: tuple[int | None, int] = None, 0
            for place, each in enumerate(self.layers.layers):
                depth = self.agreeing(path, each.path)
                if depth > inner[1]:
                    inner = place, depth
            if inner[0] is not None:
                return inner[0]
        return None

    def agreeing(self, path: Sequence[str], wanted: Sequence[str]) -> int:
        """How many parts of a path have been read, with its own last, when all of a layer's are found in it; 0 where they are not, more for surer."""
        at = 0
        sure = 0
        for name in wanted:
            ranks = [(self.rank(part, name), place) for place, part in enumerate(path[at:-1] or path[at:], at)]
            best = max(ranks, default=(0, 0))
            if not best[0]:
                return 0
            sure, at = best[0], best[1] + 1
        return 10 * at + sure

    def rank(self, part: str, name: str) -> int:
        """How surely a part of a path is a layer of that name: with the number of all others, with a further one, or as it is."""
        if part == name + self.suffix:
            return 3
        end = number_at_end(part)
        return 2 if end and self.suffix and part == name + end else int(part == name)

    def by_output(self) -> None:
        """An operator without a layer that computes an output comes from the output's."""
        names = dict(self.layers.outputs)
        alone = [each for _, each in self.layers.outputs] if len(self.layers.outputs) == len(self.graph.outputs) == 1 else []
        for output in self.graph.outputs:
            wanted = alone[0] if alone else names.get(self.graph.name_of(output), "")
            place = next((place for place, each in enumerate(self.layers.layers) if each.path == (wanted,)), None)
            for number, operator in enumerate(self.graph.operators):
                if self.found[number] is None and output.index in [tensor.index for tensor in operator.outputs]:
                    self.found[number] = place

    def by_weights(self) -> None:
        """Operators with weights and layers with weights that have not found each other, where there are as many, come in the same order."""
        operators = [number for number, place in enumerate(self.found) if place is None and self.graph.operators[number].name in WEIGHTED]
        layers = [place for place in self.missing() if self.layers.layers[place].weighted]
        if len(operators) == len(layers):
            for number, place in zip(operators, layers, strict=True):
                self.found[number] = place

    def missing(self) -> list[int]:
        """The layers at the top of the model that no operator comes from, nor from what is inside of them."""
        known = {self.layers.layers[place].path[0] for place in self.found if place is not None}
        return [place for place, each in enumerate(self.layers.layers) if len(each.path) == 1 and each.path[0] not in known]

    def by_neighbours(self) -> None:
        """What is left comes from the one layer between those before and behind it, or where there is none from the one before."""
        before, behind = self.reached(max, -1), self.reached(min, len(self.layers.layers))
        for number, place in enumerate(list(self.found)):
            if place is None:
                between = [each for each in self.missing() if before[number] < each < behind[number]]
                last = before[number]
                self.found[number] = between[0] if len(between) == 1 else last if not between and last >= 0 else None

    def reached(self, pick: Callable[[Sequence[int]], int], nothing: int) -> list[int]:
        """For each operator the last layer among those before it, or, picked with `min`, the first behind it."""
        operators, forward = self.graph.operators, pick is max
        order = range(len(operators)) if forward else range(len(operators) - 1, -1, -1)
        at: dict[int, int] = {}
        result = [nothing] * len(operators)
        for number in order:
            read = [tensor.index for tensor in operators[number].run_time_inputs]
            written = [tensor.index for tensor in operators[number].outputs]
            come, go = (read, written) if forward else (written, read)
            own = self.found[number]
            result[number] = pick([nothing, *(at[each] for each in come if each in at)])
            for each in go:
                at[each] = pick([at.get(each, nothing), result[number] if own is None else own])
        return result
