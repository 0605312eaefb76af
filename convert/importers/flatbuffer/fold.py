"""Works out beforehand what in a model has a constant answer: shapes, and all that is computed from constants alone.

A converter leaves such operators where a batch is not fixed: SHAPE, STRIDED_SLICE and PACK tell RESHAPE what its output's shape says already. What
comes behind sees constants. The file stays as it is, and TensorFlow Lite Micro computes them anew in each inference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from plumbline.common.errors import DoesNotFit, ModelRefused, UnsupportedOperator
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import short
from plumbline.convert.model.graph import NUMPY_TYPES, Operator, Subgraph, Tensor
from plumbline.convert.operators import named
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.operators.registration import Reference, Values
from plumbline.convert.operators.shared.control.inner import Budget, RunsGraphs

T = TypeVar("T", Tensor, Tensor | None)
MOST_WORK = 1 << 24
"""Elements that the folded operators of a model read and write, and their multiply-accumulates, all together: some seconds, and more than a board's
flash holds of constants."""
MOST_NANOSECONDS = 2_000_000_000
"""Of a loop on constants, see `inner.Budget`."""


@dataclass(frozen=True)
class Folded:
    """A model whose constants are known."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    """Those that depend on the model's inputs, or write its outputs."""
    gone: tuple[Operator, ...]
    """The others, in order."""


def fold(tensors: Sequence[Tensor], operators: Sequence[Operator], ends: Sequence[int]) -> Folded:
    """Go over the operators in order, and evaluate those whose answers are constants; an IF whose condition is one becomes the branch that it takes.

    Args:
        tensors, operators: of the model.
        ends: indices of the model's inputs and outputs; an operator that writes one of them stays.

    Raises:
        DoesNotFit: the answers are too much.
        ModelRefused: a loop whose answer is a constant never ends.
    """
    folding = Folding()
    kept = folding.steps(operators, set(ends))
    return Folded(tuple(folding.known.get(tensor.index, tensor) for tensor in tensors), tuple(kept), tuple(folding.gone))


@dataclass
class Folding:
    """What is known so far."""

    known: dict[int, Tensor] = field(default_factory=dict)
    """Constants that the file has as computed tensors, by their indices."""
    gone: list[Operator] = field(default_factory=list)
    work: int = 0

    def now(self, tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
        """Tensors with what is known of them."""
        return tuple(self.known.get(tensor.index, tensor) for tensor in tensors)

    def steps(self, operators: Sequence[Operator], ends: set[int]) -> list[Operator]:
        """The operators of one graph that stay. What writes a tensor twice, or after it was read, is for the reader to refuse.

        Args:
            operators: of the graph, in order.
            ends: tensors that an operator has to write.
        """
        kept: list[Operator] = []
        taken: set[int] = set()
        waiting = list(reversed(operators))
        while waiting:
            operator = waiting.pop()
            inputs = tuple(self.known.get(tensor.index, tensor) if tensor is not None else None for tensor in operator.inputs)
            here = replace(operator, inputs=inputs, outputs=self.now(operator.outputs))
            taken |= {each.index for each in operator.inputs if each is not None}
            indices = {each.index for each in operator.outputs}
            once = len(indices) == len(operator.outputs) and not indices & taken and all(each.computed for each in operator.outputs)
            free = indices - ends if once else set[int]()
            branch = inlined(here) if once else None
            if branch is not None:
                self.gone.append(operator)
                waiting += reversed(branch)
                continue
            taken |= indices
            for each in self.inside(here, free) if here.graphs else [here]:
                reference = constant(each) if once and free == indices else None
                if reference is None:
                    kept.append(each)
                else:
                    self.evaluate(operator, each, *reference)
        return kept

    def evaluate(self, operator: Operator, here: Operator, reference: Reference, values: Values) -> None:
        """Note the outputs of an operator with a constant answer."""
        self.work += effort(here)
        if self.work > MOST_WORK:
            raise DoesNotFit(
                f"Layer {short(here.layer)}: {here.name} and what is before it have constant answers of more than {MOST_WORK:,} steps.",
                hints.changed("Leave large constants out, or give them as they are"),
            )
        self.gone.append(operator)
        self.known |= {tensor.index: replace(tensor, data=data) for tensor, data in answers(here, reference, values)}

    def inside(self, operator: Operator, free: set[int]) -> list[Operator]:
        """An operator with graphs that are folded too, which see what is constant before them; `free` are those outputs that may be constants."""
        if operator.name == "IF":
            taken = taken_branch(operator)
            for number, graph in enumerate(operator.graphs):
                self.gone += graph.operators if taken not in (None, number) else ()
            operator = operator if taken is None else replace(operator, graphs=(operator.graphs[taken],))
            for graph in operator.graphs:
                self.learn(graph.inputs, operator.inputs[1:])
        elif alike(operator):
            operator = self.without_constants(operator, free)
        operator = replace(operator, graphs=tuple(map(self.graph, operator.graphs)))
        if operator.name == "IF" and len(operator.graphs) == 1 and same_sizes(operator.graphs[0].outputs, operator.outputs):
            (graph,) = operator.graphs
            pairs = list(zip(operator.outputs, graph.outputs, strict=True))
            left = [place for place, (after, made) in enumerate(pairs) if made.data is None or after.index not in free]
            for place, (after, made) in enumerate(pairs):
                self.learn([after] if place not in left else [], [made])
            if not left:
                self.gone.append(operator)
                return []
            graph = replace(graph, outputs=tuple(graph.outputs[place] for place in left))
            operator = replace(operator, graphs=(graph,), outputs=tuple(operator.outputs[place] for place in left))
        return [operator]

    def graph(self, graph: Subgraph) -> Subgraph:
        """A graph folded; what it is given may be constants by now."""
        operators = self.steps(graph.operators, {tensor.index for tensor in graph.inputs})
        return replace(graph, operators=tuple(operators), inputs=self.now(graph.inputs), outputs=self.now(graph.outputs))

    def learn(self, targets: Sequence[Tensor], sources: Sequence[Tensor | None]) -> None:
        """Tensors that are copies of others are constants where these are."""
        for target, source in zip(targets, sources, strict=False):
            if source is not None and source.data is not None and same_sizes((source,), (target,)):
                self.known[target.index] = replace(target, data=source.data)

    def without_constants(self, loop: Operator, free: set[int]) -> Operator:
        """A WHILE without the variables that are constants before it and that its body leaves alone, as weights that are passed in."""
        cond, body = loop.graphs
        left = []
        for place, (before, after) in enumerate(zip(loop.inputs, loop.outputs, strict=True)):
            same = body.outputs[place].index == body.inputs[place].index
            if same and before is not None and before.data is not None and after.index in free:
                self.learn((after, cond.inputs[place], body.inputs[place]), (before,) * 3)
            else:
                left.append(place)
        if not left:  # then its condition says whether it ever ends
            return loop

        def kept(tensors: tuple[T, ...]) -> tuple[T, ...]:
            return tuple(tensors[place] for place in left)

        graphs = (replace(cond, inputs=kept(cond.inputs)), replace(body, inputs=kept(body.inputs), outputs=kept(body.outputs)))
        return replace(loop, inputs=kept(loop.inputs), outputs=kept(loop.outputs), graphs=graphs)


def taken_branch(operator: Operator) -> int | None:
    """Which of its graphs an IF runs whatever the input is; None where that depends."""
    condition = operator.inputs[0] if operator.inputs else None
    if operator.name != "IF" or len(operator.graphs) != 2 or condition is None or condition.data is None or condition.type != "BOOL":
        return None
    return int(not condition.data[0])


def inlined(operator: Operator) -> list[Operator] | None:
    """The operators of the branch that an IF always takes, which read and write what IF does; None where they cannot, or it depends."""
    taken = taken_branch(operator)
    if taken is None:
        return None
    graph = operator.graphs[taken]
    written = {tensor.index for each in graph.operators for tensor in each.outputs}
    outputs = {tensor.index: target for tensor, target in zip(graph.outputs, operator.outputs, strict=False) if tensor.index in written}
    pairs = [*zip(graph.inputs, operator.inputs[1:], strict=False), *zip(graph.outputs, operator.outputs, strict=False)]
    counts = (len(graph.inputs), len(graph.outputs)) == (len(operator.inputs) - 1, len(operator.outputs)) and len(outputs) == len(operator.outputs)
    if not counts or not all(other is not None and same_meaning(one, other) for one, other in pairs):
        return None
    known = {tensor.index: source for tensor, source in zip(graph.inputs, operator.inputs[1:], strict=True)} | outputs
    return [
        replace(
            each,
            inputs=tuple(None if tensor is None else known.get(tensor.index, tensor) for tensor in each.inputs),
            outputs=tuple(outputs.get(tensor.index, tensor) for tensor in each.outputs),
        )
        for each in graph.operators
    ]


def same_meaning(one: Tensor, other: Tensor) -> bool:
    """Whether an operator may read or write the one in the place of the other."""
    return (one.type, one.shape, one.quantization) == (other.type, other.shape, other.quantization)


def same_sizes(sources: Sequence[Tensor], targets: Sequence[Tensor]) -> bool:
    """Whether the bytes of the ones may be copied to the others."""
    pairs = zip(sources, targets, strict=False)
    known = all(one.type == two.type and one.type in NUMPY_TYPES and one.bytes == two.bytes for one, two in pairs)
    return known and len(sources) == len(targets)


def alike(loop: Operator) -> bool:
    """Whether a WHILE and its graphs have the same variables; otherwise its check says what is wrong."""
    if len(loop.graphs) != 2 or not all(tensor is not None and tensor.type in NUMPY_TYPES for tensor in (*loop.inputs, *loop.outputs)):
        return False
    cond, body = loop.graphs
    given = [tensor for tensor in loop.inputs if tensor is not None]
    return all(same_sizes(given, each) for each in (loop.outputs, cond.inputs, body.inputs, body.outputs))


def effort(operator: Operator) -> int:
    """How much there is to do."""
    elements = sum(tensor.elements for tensor in (*operator.inputs, *operator.outputs) if tensor is not None)
    return elements + (multiply_accumulates(operator) or 0)


def constant(operator: Operator) -> tuple[Reference, Values] | None:
    """What computes a constant answer, and from which values (1, elements); None for an operator that has none, or is not supported.

    An operator's own reference is for tensors computed at run time, of which there must be one. So the first of its constants that may be one plays
    that part.
    """
    registration = named(operator.name)
    if registration is None or not operator.outputs:
        return None
    if registration.constant_answer:
        reference = checked(operator)
        return None if reference is None else (reference, np.empty((1, 0), np.int8))
    if not all(tensor is None or tensor.data is not None for tensor in operator.inputs):
        return None
    for place, tensor in enumerate(operator.inputs):
        if tensor is not None:
            given = (*operator.inputs[:place], replace(tensor, data=None), *operator.inputs[place + 1 :])
            reference = checked(replace(operator, inputs=given))
            if reference is not None:
                return reference, tensor.values().reshape(1, -1)
    return None


def checked(operator: Operator) -> Reference | None:
    """The reference of an operator, or None where it is not of a form that is supported: then its place in the graph says why."""
    found = named(operator.name)
    try:
        return None if found is None else found.reference(operator)
    except (ModelRefused, UnsupportedOperator):
        return None


def answers(operator: Operator, reference: Reference, values: Values) -> Iterator[tuple[Tensor, bytes]]:
    """The outputs of an operator with their bytes."""
    found = reference.run(Budget(MOST_NANOSECONDS), values) if isinstance(reference, RunsGraphs) else reference.answer(values)
    for tensor, answer in zip(operator.outputs, found if isinstance(found, tuple) else (found,), strict=True):
        yield tensor, np.ascontiguousarray(answer, tensor.dtype).tobytes()
