"""Gives operators that run subgraphs of the file these graphs as their own: each use of one has tensors of its own, called after who runs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from plumbline.common.errors import DoesNotFit, UnsupportedOperator
from plumbline.common.layer_names import own_name
from plumbline.convert.importers.flatbuffer.parse import MOST, MOST_OPERATORS, Parts, Section
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import Blocker, refusal
from plumbline.convert.model.flatbuffer_view import damaged
from plumbline.convert.model.graph import Operator, Subgraph, Tensor
from plumbline.convert.operators.shared.control.options import IfOptions, WhileOptions

DEEPEST = 16
"""Graphs within graphs; what a person writes has two or three."""


def nested(parts: Parts) -> Parts:
    """The model whose IF and WHILE have their graphs.

    Raises:
        ModelRefused: one names a subgraph that is not there, or that runs itself.
        DoesNotFit: together they run more operators than a board has room for.
        UnsupportedOperator: an operator in such a graph has a memory.
    """
    nest = Nest(parts)
    operators = tuple(nest.filled(parts.operators, "", ()))
    blockers = tuple(blocker for number in sorted(nest.used) for blocker in parts.sections[number - 1].blockers)
    return replace(parts, operators=operators, inner=tuple(nest.tensors), blockers=(*parts.blockers, *blockers)) if nest.used else parts


@dataclass
class Nest:
    """What has been given to operators so far."""

    parts: Parts
    used: set[int] = field(default_factory=set)
    """Numbers of subgraphs."""
    tensors: list[Tensor] = field(default_factory=list)
    operators: int = 0

    def __post_init__(self) -> None:
        self.next = len(self.parts.tensors) + sum(len(section.tensors) for section in self.parts.sections)

    def filled(self, operators: tuple[Operator, ...], within: str, path: tuple[int, ...]) -> Iterator[Operator]:
        """Operators, IF and WHILE with their graphs; `path` are the subgraphs that they stand in, and `within` is how these are called."""
        self.operators += len(operators)
        if self.operators > MOST_OPERATORS or len(self.tensors) > MOST:
            what = f"With all that its IF and WHILE run the model has more than {MOST_OPERATORS:,} operators or {MOST:,} tensors"
            raise DoesNotFit(f"{what}: that is the most that is taken.", hints.changed("Use fewer layers"))
        for operator in operators:
            options = operator.options
            if path and operator.name in ("CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"):
                raise remembers(operator, "a variable", within)
            if not isinstance(options, IfOptions | WhileOptions) or operator.name not in ("IF", "WHILE"):
                yield operator
                continue
            called = operator.outputs[0].name.removeprefix(within) if operator.outputs else ""
            prefix = f"{within}{own_name(called) or operator.name.lower()}/"
            yield replace(operator, graphs=tuple(self.graph(name, number, prefix, path) for name, number in options.subgraphs.items()))

    def graph(self, name: str, number: int, prefix: str, path: tuple[int, ...]) -> Subgraph:
        """The subgraph of a number, for an operator of that prefix."""
        if not 0 < number <= len(self.parts.sections):
            raise damaged(f"an operator runs subgraph {number} of the model's further {len(self.parts.sections)}")
        if number in path or len(path) == DEEPEST:
            why = "which runs itself" if number in path else f"{DEEPEST + 1} graphs within each other"
            raise refusal([Blocker(f"IF and WHILE run subgraph {number}, {why}", hints.changed("Use loops in the place of recursion"))])
        section, within = self.parts.sections[number - 1], f"{prefix}{name}/"
        now = self.own_tensors(section, prefix, within, number)
        operators = tuple(
            replace(
                each,
                inputs=tuple(None if tensor is None else now[tensor.index] for tensor in each.inputs),
                outputs=tuple(now[tensor.index] for tensor in each.outputs),
            )
            for each in section.operators
        )
        inputs, outputs = (tuple(now[tensor.index] for tensor in ends) for ends in (section.inputs, section.outputs))
        if len({tensor.index for tensor in inputs}) != len(inputs) or not all(tensor.computed for tensor in inputs):
            raise damaged(f"subgraph {number} has an input twice, or a constant as an input")
        return Subgraph(name, tuple(self.filled(operators, within, (*path, number))), inputs, outputs)

    def own_tensors(self, section: Section, prefix: str, within: str, number: int) -> dict[int, Tensor]:
        """The tensors of a subgraph under their new names, by their old indices: the first use keeps these, each further one has new ones."""
        result = {}
        for tensor in section.tensors:
            if tensor.used:
                if tensor.state:
                    raise remembers(next(each for each in section.operators if tensor in (*each.inputs, *each.outputs)), tensor.name, within)
                index = tensor.index if number not in self.used else self.next
                self.next += number in self.used
                result[tensor.index] = replace(tensor, index=index, name=within + tensor.name.removeprefix(prefix))
        self.used.add(number)
        self.tensors += result.values()
        return result


def remembers(operator: Operator, what: str, within: str) -> UnsupportedOperator:
    """The refusal of a memory inside."""
    hint = hints.changed("Take what has a memory out of loops and branches, and pass its values in and out,")
    error = refusal([Blocker(f"{operator.name} keeps {what} in {within.removesuffix('/')}, which IF or WHILE runs", hint, UnsupportedOperator)])
    assert isinstance(error, UnsupportedOperator)
    return error
