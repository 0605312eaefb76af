"""What operators need of the memory, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass

from plumbline.convert.model.graph import Graph, Operator
from plumbline.convert.operators import named


@dataclass(frozen=True)
class Needs:
    """What one operator needs of its memory besides its tensors."""

    in_place: tuple[int, ...] = ()
    """Which of its run-time inputs, counted without constants, may give their bytes to the first output: no element is read after its byte of
    the output is written."""
    scratch_bytes: int = 0
    """Memory of its own while it runs."""
    same_bytes: bool = False
    """Whether the output is the first run-time input in another shape, as it always is of an operator that says so of itself."""
    shows_variable: bool = False
    """Whether the output is its first variable."""
    ends: bool = False
    """Whether an inference may end with it."""
    parts: tuple[int, ...] = ()
    """Where each output begins in the only run-time input, in bytes, where they are nothing but its parts."""
    joins: tuple[int, ...] = ()
    """Where each run-time input begins in the output, in bytes, where this is nothing but these."""


NOTHING = Needs()


def renames(operator: Operator, needs: Needs) -> bool:
    """Whether the output is the first run-time input in another shape."""
    found = named(operator.name)
    return needs.same_bytes or (found is not None and found.same_bytes)


def last_uses(graph: Graph) -> dict[int, int]:
    """The last operator that reads or writes each run-time tensor, by index; the model's outputs and its variables are read after all of them."""
    result = {tensor.index: -1 for tensor in graph.inputs}
    for step, operator in enumerate(graph.operators):
        for tensor in (*operator.run_time_inputs, *operator.results):
            result[tensor.index] = step
    return result | {tensor.index: len(graph.operators) for tensor in (*graph.outputs, *graph.variables)}


def first_uses(graph: Graph) -> dict[int, int]:
    """The first operator that writes each run-time tensor, by index; -1 for the model's inputs and for its variables, which are there before."""
    written = {tensor.index: step for step, operator in reversed(list(enumerate(graph.operators))) for tensor in operator.results}
    return written | {tensor.index: -1 for tensor in (*graph.inputs, *graph.variables)}


def rewritten(graph: Graph) -> set[int]:
    """The tensors that are written more than once, as the variables of a loop are, or in one of two branches: operators do not run as they stand."""
    first, result = {tensor.index for tensor in graph.inputs}, set[int]()
    for operator in graph.operators:
        for tensor in operator.results:
            (result if tensor.index in first else first).add(tensor.index)
    return result
