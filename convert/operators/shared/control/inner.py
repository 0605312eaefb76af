"""A graph that an operator runs, in integers, and how much work an inference may spend in such graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from plumbline.convert.model.graph import Operator, Subgraph, Tensor
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.operators.registration import Reference, Values
from plumbline.convert.operators.support import registration_of

MOST_WORK = 10_000_000_000
"""What the rows that go through a loop together may cost, about ten seconds."""
PER_OPERATOR, PER_ELEMENT, PER_PRODUCT = 30_000, 20, 1
"""What running an operator costs on a computer, and each element that it reads or writes, and each multiply-accumulate: in nanoseconds, about."""


@dataclass
class Budget:
    """What is left of MOST_WORK."""

    left: int = field(default=MOST_WORK)

    @property
    def exceeded(self) -> bool:
        return self.left < 0


@runtime_checkable
class RunsGraphs(Protocol):
    """The reference of an operator that runs graphs."""

    def run(self, budget: Budget, *sources: Values) -> tuple[Values, ...]:
        """As `answer` of any reference, out of a budget."""


@dataclass(frozen=True)
class Inner:
    """A checked graph."""

    graph: Subgraph
    references: tuple[Reference, ...]
    costs: tuple[tuple[int, int], ...]
    """Of each operator: once, and for each row."""

    @classmethod
    def of(cls, graph: Subgraph, float_product: bool) -> Inner:
        """Check each operator. Raises what their checks raise."""
        references = tuple(registration_of(each).reference(each, float_product) for each in graph.operators)
        return cls(graph, references, tuple((PER_OPERATOR, cost_of(each)) for each in graph.operators))

    def run(self, budget: Budget, given: Sequence[Values]) -> list[Values]:
        """The outputs for inputs (N, elements) each, in the order of the graph's."""
        count = len(given[0]) if given else 1
        values = {tensor.index: value for tensor, value in zip(self.graph.inputs, given, strict=True)}
        for operator, reference, (once, each) in zip(self.graph.operators, self.references, self.costs, strict=True):
            budget.left -= once + count * each
            sources = [values[tensor.index] for tensor in operator.run_time_inputs]
            found = reference.run(budget, *sources) if isinstance(reference, RunsGraphs) else reference.answer(*sources)
            answers = found if isinstance(found, tuple) else (found,)
            values |= {tensor.index: answer for tensor, answer in zip(operator.outputs, answers, strict=True)}
        return [value_of(tensor, count) if tensor.data is not None else values[tensor.index] for tensor in self.graph.outputs]


def cost_of(operator: Operator) -> int:
    """Of one row."""
    elements = sum(tensor.elements for tensor in (*operator.run_time_inputs, *operator.outputs))
    return PER_ELEMENT * elements + PER_PRODUCT * (multiply_accumulates(operator) or 0)


def value_of(tensor: Tensor, count: int) -> Values:
    """A constant for each of so many rows."""
    return np.broadcast_to(tensor.values().reshape(1, -1), (count, tensor.elements))


def all_inputs(tensors: Sequence[Tensor | None], sources: Sequence[Values]) -> list[Values]:
    """The values of all inputs of an operator, where those computed at run time have these."""
    count, computed = len(sources[0]) if sources else 1, iter(sources)
    return [next(computed) if tensor.data is None else value_of(tensor, count) for tensor in tensors if tensor is not None]
