"""The model in integers: answers every code as TensorFlow Lite Micro's reference kernels do, on any machine, without TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

from plumbline.common.errors import UnsupportedOperator
from plumbline.convert.model import hints
from plumbline.convert.model.graph import Graph, Operator, Tensor, put_together, taken_apart
from plumbline.convert.operators import named, registered
from plumbline.convert.operators.registration import Codes, Reference

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

    def values(self, rows: Codes) -> dict[int, Codes]:
        """Values (N, elements) of the inputs and of all that operators write, by the tensors' index; `rows` is (N, input bytes)."""
        inputs = self._graph.inputs
        values = {tensor.index: given for tensor, given in zip(inputs, taken_apart(rows, inputs), strict=True)}
        self.follow(values, 0)
        return values

    def follow(self, values: dict[int, Codes], first: int) -> Codes:
        """Run the operators from number `first` on over what `values` holds, which they write to; the answers, rows (N, output bytes)."""
        for operator, reference in zip(self._graph.operators[first:], self._references[first:], strict=True):
            sources = (values[tensor.index] for tensor in operator.run_time_inputs)
            answers = reference.answer(*sources)
            for tensor, answer in zip(operator.outputs, answers if isinstance(answers, tuple) else (answers,), strict=True):
                values[tensor.index] = answer
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


def run(graph: Graph, codes: Codes, float_product: bool = False, note: Note = lambda tensor, values: None) -> Codes:
    """Run the model once.

    Args:
        graph, float_product: see Model, which also says what is raised.
        codes: int8, shape (N, input bytes).
        note: see Note.

    Returns:
        int8, shape (N, output bytes).
    """
    model = Model(graph, float_product)
    values = model.values(codes)
    for operator in graph.operators:
        for tensor in operator.outputs:
            note(tensor, values[tensor.index])
    return model.row(values)
