"""What a float model itself says, for the references: its answers, its size, and its weights where the error bound can follow them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.common.rows import to_reals
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.model.graph import Graph, Tensor
from plumbline.convert.references import tflm
from plumbline.convert.references.choose_by_answers import Answered
from plumbline.convert.references.choose_inputs import Asked, samples_asked, with_chosen
from plumbline.convert.references.choose_sequences import samples_in_order, sequences
from plumbline.convert.references.sample_rows import sample_rows
from plumbline.convert.references.sequences import Starts, begun

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FloatModel:
    """A float model, whichever library runs it."""

    predict: Callable[[Sequence[Floats], Starts | None], list[Floats]]
    """From (N, ...) of each input to (N, elements) of each output; of a model with a state in order, after a reset before each row of `Starts`."""
    parameters: int
    """Numbers that it holds."""
    inputs: Sequence[str]
    """The names of its inputs in the flatbuffer's signature, in the order in which it takes them."""
    outputs: Sequence[str]
    """Of its outputs, as it answers them."""
    chain: Sequence[tuple[Floats, Floats, str]] = ()
    """Weights (outputs, inputs), bias (outputs,) and activation of each layer of a chain of Dense; empty for any other."""


def float_answers(model: FloatModel, raw: bytes, given: dict[str, list[Floats]], starts: Starts | None = None) -> dict[str, NDArray[Any]]:
    """What the float model answers, how many parameters it has, and its weights where it is a chain of Dense.

    Args:
        model: the float model.
        raw: the flatbuffer made of it.
        given: arrays for each input by what they are for: `points` (M, ...) and `test` (T, ...) to answer; the samples are those of `test`, or some
            of `calibration` where it is empty.
        starts: of a model with a state, before which samples it is reset; None for the first alone.
    """
    graph = reader.read(raw)
    order, answered = (places(graph, ends, names) for ends, names in ((graph.inputs, model.inputs), (graph.outputs, model.outputs)))
    held_back = len(given["test"][0]) > 0
    samples = given["test"] if held_back else given["calibration"]
    if graph.stateful and not held_back:
        samples = [each[: samples_in_order(graph)] for each in samples]
    flat = np.concatenate([samples[place].reshape(len(samples[place]), -1) for place in order], axis=1)
    real = sample_rows(graph, flat, None if held_back else samples_asked(graph))
    begins = begun(len(flat), None if starts is None else starts[: len(flat)]) if graph.stateful else None

    def answers_to(inputs: Sequence[Floats], starts: Starts | None = None) -> Floats:
        found = model.predict(inputs, starts)
        return np.concatenate([found[place] for place in answered], axis=1)

    asked, asked_starts = asked_of(raw, graph, real.codes, begins)
    meant = to_reals(asked.codes, graph.inputs).astype(np.float32)
    cuts = np.split(meant, np.cumsum([end.elements for end in graph.inputs])[:-1], axis=1)
    inputs = [cuts[order.index(place)].reshape(-1, *each.shape[1:]) for place, each in enumerate(samples)]
    answers: dict[str, NDArray[Any]] = {"codes": asked.codes, "kinds": np.array(asked.kinds), "chosen": real.chosen, "sample_rows": real.rows}
    if asked_starts is not None:
        answers["starts"] = asked_starts
    answers |= {"float_codes": answers_to(inputs, asked_starts), "float_x": answers_to(given["points"])}
    answers |= {"sample_inputs": flat[real.chosen], "float_samples": answers_to([each[real.chosen] for each in samples], begins)}
    answers["parameters"] = np.array(model.parameters)
    for i, (weights, bias, activation) in enumerate(model.chain):
        answers |= {f"weights{i}": weights, f"bias{i}": bias, f"activation{i}": np.array(activation)}
    return answers


def asked_of(raw: bytes, graph: Graph, samples: NDArray[np.int8], starts: Starts | None) -> tuple[Asked, Starts | None]:
    """What a board is asked, and before which rows the state of a model is reset that has one; `starts` says that of the samples (S, input bytes)."""
    if starts is None:
        return chosen(raw, graph, samples), None
    try:
        found = sequences(graph, samples, starts)
    except (UnsupportedOperator, ModelRefused):  # which the compiler says with its reason, right after this
        found = sequences(graph, samples, starts, inside=False)
    return Asked(found.codes, found.kinds), found.starts


def chosen(raw: bytes, graph: Graph, samples: NDArray[np.int8]) -> Asked:
    """What a board is asked: by the inside of the model, or where the reference interpreter does not know it by TensorFlow Lite Micro's answers."""
    try:
        return with_chosen(graph, samples)
    except (UnsupportedOperator, ModelRefused):  # which the compiler says with its reason, right after this
        if not tflm.available():
            return Asked(samples, ("",) * len(samples))
    try:
        return with_chosen(graph, samples, Answered(graph, tflm.Interpreter(raw, graph).run))
    except (RuntimeError, ModelRefused):
        return Asked(samples, ("",) * len(samples))


def places(graph: Graph, ends: Sequence[Tensor], names: Sequence[str]) -> list[int]:
    """For each input or output of a graph its place among `names`; by order where the graph does not know the names."""
    known = [graph.name_of(end) for end in ends]
    return [names.index(name) for name in known] if sorted(known) == sorted(names) else list(range(len(names)))
