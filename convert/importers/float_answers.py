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
from plumbline.convert.references.choose_inputs import Asked, samples_asked, with_chosen
from plumbline.convert.references.sample_rows import sample_rows

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FloatModel:
    """A float model, whichever library runs it."""

    predict: Callable[[Floats], Floats]
    """From inputs (N, ...) to answers (N, outputs)."""
    parameters: int
    """Numbers that it holds."""
    chain: Sequence[tuple[Floats, Floats, str]] = ()
    """Weights (outputs, inputs), bias (outputs,) and activation of each layer of a chain of Dense; empty for any other."""


def float_answers(model: FloatModel, raw: bytes, given: dict[str, Floats]) -> dict[str, NDArray[Any]]:
    """What the float model answers, how many parameters it has, and its weights where it is a chain of Dense.

    Args:
        model: the float model.
        raw: the flatbuffer made of it.
        given: inputs by name: `points` (M, ...) and `test` (T, ...) to answer; the samples are those of `test`, or some of
            `calibration` where it is empty.
    """
    graph = reader.read(raw)
    held_back = len(given["test"]) > 0
    samples = given["test"] if held_back else given["calibration"]
    real = sample_rows(graph, samples.reshape(len(samples), -1), None if held_back else samples_asked(graph))
    try:
        asked = with_chosen(graph, real.codes)
    except (UnsupportedOperator, ModelRefused):  # which the compiler says with its reason, right after this
        asked = Asked(real.codes, ("",) * len(real.codes))
    inputs = to_reals(asked.codes, graph.inputs).astype(np.float32).reshape(-1, *samples.shape[1:])
    answers: dict[str, NDArray[Any]] = {"codes": asked.codes, "kinds": np.array(asked.kinds), "chosen": real.chosen, "sample_rows": real.rows}
    answers |= {"float_codes": model.predict(inputs), "float_x": model.predict(given["points"])}
    answers |= {"sample_inputs": samples[real.chosen].reshape(len(real.chosen), -1), "float_samples": model.predict(samples[real.chosen])}
    answers["parameters"] = np.array(model.parameters)
    for i, (weights, bias, activation) in enumerate(model.chain):
        answers |= {f"weights{i}": weights, f"bias{i}": bias, f"activation{i}": np.array(activation)}
    return answers
