"""Lays out the operators of a model one behind the other, those of the graphs that IF and WHILE run between them, as their C will stand.

What these do besides becomes operators of their own. MOVE copies one tensor to another, as TensorFlow Lite Micro copies values into a graph and out
of it. TEST reads a condition. AGAIN is the end of a loop, where its variables are still needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from plumbline.common.layer_names import own_name
from plumbline.convert.model.graph import Graph, Operator, Tensor

MOVE, TEST, AGAIN = "MOVE", "TEST", "AGAIN"
OWN = (MOVE, TEST, AGAIN)
"""Operators that no file has."""


@dataclass(frozen=True)
class Line:
    """A statement, or where a block of them begins or ends."""

    kind: str
    """run, if, else, loop, leave or end."""
    depth: int
    number: int = -1
    """Of the operator that runs, or whose condition is tested."""
    what: str = ""
    """What a block is, for people."""


@dataclass(frozen=True)
class Layout:
    """A model whose operators are in order of their C."""

    graph: Graph
    """With these operators, none of which runs graphs."""
    lines: tuple[tuple[Line, ...], ...]
    """For each operator of the model."""
    after: tuple[tuple[int, ...], ...]
    """Which may run next, for each operator laid out; one that is not there means the end."""
    names: tuple[str, ...]
    """What each operator laid out is called before it becomes an identifier."""

    @property
    def straight(self) -> bool:
        """Whether the operators run in the order in which they stand, all of them."""
        return all(after == (number + 1,) for number, after in enumerate(self.after))


def layout(graph: Graph) -> Layout:
    """Lay out a model whose IF and WHILE have been checked."""
    drawing = Drawing()
    lines = []
    for operator in graph.operators:
        drawing.lines = []
        drawing.add(operator, "", 0)
        lines.append(tuple(drawing.lines))
    drawing.join(drawing.open, len(drawing.operators))
    after = tuple(tuple(sorted(each)) for each in drawing.after)
    return Layout(replace(graph, operators=tuple(drawing.operators)), tuple(lines), after, tuple(drawing.names))


@dataclass
class Drawing:
    """What is laid out so far."""

    operators: list[Operator] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    after: list[set[int]] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    """The operators after which comes the next that is added."""
    lines: list[Line] = field(default_factory=list)

    def join(self, before: set[int], number: int) -> None:
        """After these comes the operator of that number."""
        for each in before:
            self.after[each].add(number)

    def put(self, operator: Operator, name: str) -> int:
        """Append an operator; its number."""
        number = len(self.operators)
        self.operators.append(operator)
        self.names.append(name)
        self.after.append(set())
        self.join(self.open, number)
        self.open = {number}
        return number

    def add(self, operator: Operator, prefix: str, depth: int) -> None:
        """Append an operator with what it runs; `prefix` is what its graph is called."""
        name = prefix + (operator.called or own_name(operator.layer.removeprefix(prefix)) or operator.name)
        if not operator.graphs:
            self.lines.append(Line("run", depth, self.put(operator, name)))
        elif operator.name == "IF":
            self.branch(operator, name, depth)
        else:
            self.loop(operator, name, depth)

    def branch(self, operator: Operator, name: str, depth: int) -> None:
        """An IF."""
        given = [tensor for tensor in operator.inputs[1:] if tensor is not None]
        if len(operator.graphs) == 1:
            self.inside(operator, 0, name, given, depth)
            return
        condition = operator.inputs[0]
        assert condition is not None
        test = self.put(Operator(TEST, 1, (condition,), (), None), name)
        self.lines.append(Line("if", depth, test, name))
        self.inside(operator, 0, name, given, depth + 1)
        done, self.open = self.open, {test}
        self.lines.append(Line("else", depth))
        self.inside(operator, 1, name, given, depth + 1)
        self.lines.append(Line("end", depth))
        self.open |= done

    def inside(self, operator: Operator, number: int, name: str, given: Sequence[Tensor], depth: int) -> None:
        """A branch with what is copied into it and out of it."""
        graph = operator.graphs[number]
        self.moves(given, graph.inputs, name, depth)
        for each in graph.operators:
            self.add(each, f"{name}/{graph.name}/", depth)
        self.moves(graph.outputs, operator.outputs, name, depth)

    def loop(self, operator: Operator, name: str, depth: int) -> None:
        """A WHILE. Its variables are its outputs: condition and body are given copies of them, and the body's results are copied back."""
        cond, body = operator.graphs
        self.moves([tensor for tensor in operator.inputs if tensor is not None], operator.outputs, name, depth)
        self.lines.append(Line("loop", depth, what=name))
        start = len(self.operators)
        self.moves(operator.outputs, cond.inputs, name, depth + 1)
        for each in cond.operators:
            self.add(each, f"{name}/cond/", depth + 1)
        test = self.put(Operator(TEST, 1, cond.outputs[:1], (), None), name)
        self.lines.append(Line("leave", depth + 1, test))
        self.moves(operator.outputs, body.inputs, name, depth + 1)
        for each in body.operators:
            self.add(each, f"{name}/body/", depth + 1)
        self.moves(body.outputs, operator.outputs, name, depth + 1)
        self.put(Operator(AGAIN, 1, operator.outputs, (), None), name)
        self.join(self.open, start)
        self.lines.append(Line("end", depth))
        self.open = {test}

    def moves(self, sources: Sequence[Tensor], targets: Sequence[Tensor], name: str, depth: int) -> None:
        """Copies of tensors to others; what is a constant there already needs none."""
        for source, target in zip(sources, targets, strict=True):
            if target.data is None:
                self.lines.append(Line("run", depth, self.put(Operator(MOVE, 1, (source,), (target,), None), name)))
