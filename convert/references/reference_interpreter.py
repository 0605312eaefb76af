"""The model in integers: answers every code as TensorFlow Lite Micro's reference kernels do, on any machine, without TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import cast

import numpy as np

from plumbline.common.errors import UnsupportedOperator
from plumbline.convert.model import hints
from plumbline.convert.model.graph import Graph, Operator, Tensor, put_together, taken_apart
from plumbline.convert.operators import named, registered
from plumbline.convert.operators.registration import Codes, Ending, Reference, Values, may_end
from plumbline.convert.references.held_outputs import held_at_first
from plumbline.convert.references.sequences import Starts, Steps

FLOAT_PRODUCT = tuple(operator.name for operator in registered().values() if operator.float_product)
"""What TFLM libraries before autumn 2026 do otherwise: they divide or multiply scales in float32, which later ones do in double."""

NAME = "the integer model of TensorFlow Lite Micro's reference kernels"


class Model:
    """A graph whose operators are checked and worked out once, to be asked many times.

    Args:
        graph: the model.
        float_product: as TFLM libraries before autumn 2026 do, see FLOAT_PRODUCT and `shared.weighted.reference.multipliers`.

    Raises:
        UnsupportedOperator: an operator has no reference here.
        ModelRefused: an operator's tensors contradict each other.
    """

    def __init__(self, graph: Graph, float_product: bool = False) -> None:
        self._graph = graph
        self._references = [_reference(operator, float_product) for operator in graph.operators]
        self._ending = [cast(Ending, reference) if may_end(reference) else None for reference in self._references]
        self._kept = graph.outputs if any(self._ending) else ()
        """The outputs, where an inference that ends early leaves them as they were."""

    def values(self, rows: Codes, starts: Starts | None = None) -> dict[int, Codes]:
        """Values (N, elements) of the inputs and of all that operators write, by the tensors' index.

        Args:
            rows: (N, input bytes).
            starts: of a stateful model, see `sequences.Starts`; a variable's value is the one after the row.
        """
        inputs = self._graph.inputs
        values = {tensor.index: given for tensor, given in zip(inputs, taken_apart(rows, inputs), strict=True)}
        if self._graph.stateful:
            return self._values_in_order(values, Steps.of(len(rows), starts))
        self.follow(values, 0)
        return values

    def _values_in_order(self, given: dict[int, Codes], steps: Steps) -> dict[int, Codes]:
        """`values` of sequences, of which all take a step together."""
        rows, state = int(steps.lengths.sum()), self.beginning(len(steps.first))
        found: dict[int, Codes] = {}
        for at in steps:
            values = {index: each[at] for index, each in given.items()} | {index: each[: len(at)] for index, each in state.items()}
            self.follow(values, 0)
            for index, each in values.items():
                found.setdefault(index, np.empty((rows, each.shape[1]), each.dtype))[at] = each
            state = {index: values[index] for index in state}
        return found

    def beginning(self, count: int) -> dict[int, Codes]:
        """The variables of so many sequences after a reset, (count, elements), by their index; and outputs that may stay as they were."""
        outputs = {each.index: np.tile(held_at_first(self._graph, each), (count, 1)) for each in self._kept}
        return outputs | {each.index: np.tile(each.beginning(), (count, 1)) for each in self._graph.variables}

    def step(self, rows: Codes, state: dict[int, Codes]) -> Codes:
        """One row (N, input bytes) of each of N sequences: the answers (N, output bytes); `state` becomes that after the row."""
        inputs = self._graph.inputs
        values = state | {tensor.index: given for tensor, given in zip(inputs, taken_apart(rows, inputs), strict=True)}
        answers = self.follow(values, 0)
        state.update({index: values[index] for index in state})
        return answers

    def follow(self, values: dict[int, Codes], first: int) -> Codes:
        """Run the operators from number `first` on over what `values` holds, which they write to; the answers, rows (N, output bytes)."""
        goes_on: Values = np.ones((1, 1), bool)  # (N, 1), once some inferences may have ended
        steps = zip(self._graph.operators, self._references, self._ending, strict=True)
        for operator, reference, end in islice(steps, first, None):
            sources = (values[tensor.index] for tensor in (*operator.run_time_inputs, *operator.variables))
            answers = reference.answer(*sources)
            targets = (*operator.results, *operator.variables)
            for tensor, answer in zip(targets, answers if isinstance(answers, tuple) else (answers,), strict=True):
                stays = not goes_on.all() and (tensor.initial is not None or tensor in self._kept)
                values[tensor.index] = np.where(goes_on, answer, values[tensor.index]) if stays else answer
            if end is not None:
                here = end.goes_on(*(values[tensor.index] for tensor in operator.variables))[:, np.newaxis]
                goes_on = goes_on & here
        return self.row(values)

    def row(self, values: dict[int, Codes]) -> Codes:
        """The answers among `values`, rows (N, output bytes)."""
        return put_together((values[tensor.index] for tensor in self._graph.outputs), self._graph.outputs)


def _reference(operator: Operator, float_product: bool) -> Reference:
    found = named(operator.name)
    if found is None:
        raise UnsupportedOperator(f"Layer {operator.layer}: the integer model has no {operator.name}.", hints.operators(registered()))
    return found.reference(operator, float_product)


Note = Callable[[Tensor, Codes], None]
"""Is told the values (N, elements) of every tensor that an operator writes."""


def run(graph: Graph, codes: Codes, float_product: bool = False, note: Note = lambda tensor, values: None, starts: Starts | None = None) -> Codes:
    """Run the model once for each row, in order.

    Args:
        graph, float_product: see Model, which also says what is raised.
        codes: int8, shape (N, input bytes).
        note: see Note.
        starts: of a stateful model, see `sequences.Starts`.

    Returns:
        int8, shape (N, output bytes).
    """
    model = Model(graph, float_product)
    values = model.values(codes, starts)
    for operator in graph.operators:
        for tensor in operator.results:
            note(tensor, values[tensor.index])
    return model.row(values)
