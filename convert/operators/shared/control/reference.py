"""IF and WHILE as TensorFlow Lite Micro runs them (if.cc and while.cc): it copies bytes into a graph and out of it, and looks at no scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused
from plumbline.convert.model import hints
from plumbline.convert.model.blockers import short
from plumbline.convert.model.graph import C_TYPES, Operator, Subgraph, Tensor
from plumbline.convert.operators.registration import Values
from plumbline.convert.operators.shared.checks import unsupported
from plumbline.convert.operators.shared.control.inner import Budget, Inner, all_inputs

TOGETHER = 64
"""Rows that go through a loop together: each of them is asked the condition, and those that are done wait for the others."""
ENDLESS = "never ends"
"""In the message about a loop of which that is known: no engine is asked about it."""
SAME_SIZE = "Keep type and shape of every loop variable, and of what a branch takes and gives, as they are outside"


@dataclass(frozen=True)
class IfReference:
    """One of two graphs, by the first input; or the only one."""

    inputs: tuple[Tensor | None, ...]
    branches: tuple[Inner, ...]

    def answer(self, *sources: Values) -> tuple[Values, ...]:
        """Answer values (N, elements) of each run-time input with those of each output."""
        return self.run(Budget(), *sources)

    def run(self, budget: Budget, *sources: Values) -> tuple[Values, ...]:
        """As `answer`; each row runs the branch that it takes and no other."""
        condition, *given = all_inputs(self.inputs, sources)
        if len(self.branches) == 1:
            return tuple(self.branches[0].run(budget, given))
        takes = condition[:, 0].astype(bool)
        if takes.all() or not takes.any():
            return tuple(self.branches[0 if takes.all() else 1].run(budget, given))
        results: list[Values] = []
        for branch, chosen in zip(self.branches, (takes, ~takes), strict=True):
            for number, answer in enumerate(branch.run(budget, [each[chosen] for each in given])):
                if number == len(results):
                    results.append(np.empty((len(takes), answer.shape[1]), answer.dtype))
                results[number][chosen] = answer
        return tuple(results)


@dataclass(frozen=True)
class WhileReference:
    """A body again and again, as long as a condition on its variables holds."""

    layer: str
    inputs: tuple[Tensor | None, ...]
    cond: Inner
    body: Inner

    def answer(self, *sources: Values) -> tuple[Values, ...]:
        """Answer values (N, elements) of each run-time input with those of each output.

        Raises:
            ModelRefused: see `run`.
        """
        groups = [self.run(Budget(), *(each[at : at + TOGETHER] for each in sources)) for at in range(0, len(sources[0]) or 1, TOGETHER)]
        return tuple(np.concatenate(parts) for parts in zip(*groups, strict=True))

    def run(self, budget: Budget, *sources: Values) -> tuple[Values, ...]:
        """As `answer`.

        Raises:
            ModelRefused: the loop comes back to values that it had before, so that it never ends, or is not done when the budget is spent.
        """
        state = [np.array(each) for each in all_inputs(self.inputs, sources)]
        running, turns = np.arange(len(state[0])), 0
        before = [each.copy() for each in state]
        while True:
            goes_on = self.cond.run(budget, [each[running] for each in state])[0][:, 0].astype(bool)
            running = running[goes_on]
            if not len(running):
                return tuple(state)
            if budget.exceeded:
                raise endless(self.layer, f"is not done after {turns:,} turns, for one of the inputs that are tried")
            for values, new in zip(state, self.body.run(budget, [each[running] for each in state]), strict=True):
                values[running] = new
            turns += 1
            if np.logical_and.reduce([same_rows(one[running], other[running]) for one, other in zip(state, before, strict=True)]).any():
                raise endless(self.layer, f"{ENDLESS} for one of the inputs that are tried: after turn {turns:,} all is as it was before")
            if turns & (turns - 1) == 0:  # each cycle is found that is no longer than the turns up to a power of two
                before = [each.copy() for each in state]


def same_rows(one: Values, other: Values) -> NDArray[np.bool_]:
    """(N,): which rows of two arrays (N, elements) have the same bytes, as no two NaN are equal."""
    return np.asarray((np.ascontiguousarray(one).view(np.uint8) == np.ascontiguousarray(other).view(np.uint8)).all(axis=1))


def endless(layer: str, what: str) -> ModelRefused:
    """The refusal of a loop that a board would hang in as well."""
    return ModelRefused(
        f"Layer {short(layer)}: WHILE {what}.", hints.changed("Bound the loop, in TensorFlow by maximum_iterations of tf.while_loop,")
    )


def check_if(operator: Operator, float_product: bool = False) -> IfReference:
    """Check an IF operator and the branches that it has left.

    Raises:
        ModelRefused: it and its branches do not agree on what passes between them.
        UnsupportedOperator: its condition is not one BOOL; or what an operator inside raises.
    """
    condition, *given = operator.inputs or (None,)
    if condition is None or (condition.type, condition.elements) != ("BOOL", 1):
        raise unsupported(operator, "on anything but one BOOL")
    for graph in operator.graphs:
        passes(operator, given, graph.inputs, f"input of the branch {graph.name}")
        passes(operator, graph.outputs, operator.outputs, f"output, from the branch {graph.name},")
    if len(operator.graphs) not in (1, 2):
        raise unsupported(operator, "without its branches")
    depends(operator)
    return IfReference(operator.inputs, tuple(Inner.of(graph, float_product) for graph in operator.graphs))


def check_while(operator: Operator, float_product: bool = False) -> WhileReference:
    """Check a WHILE operator, its condition and its body.

    Raises:
        ModelRefused: they do not agree on the variables, or the condition always holds.
        UnsupportedOperator: the condition is no BOOL; or what an operator inside raises.
    """
    if len(operator.graphs) != 2:
        raise unsupported(operator, "without condition and body")
    cond, body = operator.graphs
    passes(operator, operator.inputs, operator.outputs, "output")
    for graph in (cond, body):
        passes(operator, operator.inputs, graph.inputs, f"input of the {graph.name}")
    passes(operator, body.outputs, operator.outputs, "output, from the body,")
    check_condition(operator, cond)
    depends(operator)
    inner = [Inner.of(graph, float_product) for graph in (cond, body)]
    return WhileReference(operator.layer, operator.inputs, inner[0], inner[1])


def check_condition(operator: Operator, cond: Subgraph) -> None:
    """TFLM takes the first byte of the first output, whatever it is; one that always holds is an endless loop."""
    if not cond.outputs or cond.outputs[0].type != "BOOL":
        raise unsupported(operator, "with a condition that is no BOOL")
    if cond.outputs[0].data is not None and cond.outputs[0].data[0]:
        raise endless(operator.layer, f"{ENDLESS}: its condition always holds")


def depends(operator: Operator) -> None:
    """Without an input at run time its answers are constants, which `fold` works out; they cannot be outputs of the model."""
    if not operator.run_time_inputs:
        raise unsupported(operator, "of constants alone")


def passes(operator: Operator, sources: Sequence[Tensor | None], targets: Sequence[Tensor], what: str) -> None:
    """Whether values can be copied from each of these to each of those: TFLM compares bytes, and fails at run time where they are not as many."""
    if len(sources) != len(targets):
        counts = f"{len(sources)} values for {len(targets)} tensors, each {what}"
        raise ModelRefused(f"Layer {short(operator.layer)}: {operator.name} has {counts}.", hints.damaged())
    for source, target in zip(sources, targets, strict=True):
        if source is None or source.type not in C_TYPES:
            raise unsupported(operator, f"of a {'missing' if source is None else source.type} value")
        if source.type != target.type or source.bytes != target.bytes:
            found, wanted = (f"{each.type} {list(each.shape)}" for each in (source, target))
            raise ModelRefused(
                f"Layer {short(operator.layer)}: {operator.name} copies {source.name}, {found}, to the {what} {target.name}, {wanted}: "
                "TensorFlow Lite Micro changes no shape while it runs.",
                hints.changed(SAME_SIZE),
            )
