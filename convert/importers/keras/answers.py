"""What the float model itself says, for the references: its answers, its size, and its weights where the error bound can follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.common.rows import to_reals
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.references.choose_inputs import Asked, samples_asked, with_chosen
from plumbline.convert.references.sample_rows import sample_rows

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]


def float_answers(model: keras.Model, raw: bytes, given: dict[str, Floats]) -> dict[str, NDArray[Any]]:
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
    answers |= {"float_codes": predict(model, inputs), "float_x": predict(model, given["points"])}
    answers |= {"sample_inputs": samples[real.chosen].reshape(len(real.chosen), -1), "float_samples": predict(model, samples[real.chosen])}
    answers["parameters"] = np.array(model.count_params())
    for i, (weights, bias, activation) in enumerate(dense_chain(model)):
        answers |= {f"weights{i}": weights, f"bias{i}": bias, f"activation{i}": np.array(activation)}
    return answers


def predict(model: keras.Model, inputs: Floats) -> Floats:
    """float32 answers (N, outputs), without the progress bar and the batches of `model.predict`."""
    if not len(inputs):
        return np.empty((0, int(np.prod(model.output_shape[1:]))), np.float32)
    return np.asarray(model(inputs, training=False), np.float32).reshape(len(inputs), -1)


def dense_chain(model: keras.Model) -> list[tuple[Floats, Floats, str]]:
    """Weights (outputs, inputs), bias (outputs,) and activation of each layer, or nothing where the model is no chain of Dense layers."""
    import keras

    chain = []
    for layer in model.layers:
        if isinstance(layer, (keras.layers.InputLayer, keras.layers.Dropout, keras.layers.GaussianNoise)):
            continue
        activation = getattr(getattr(layer, "activation", None), "__name__", "")
        if not isinstance(layer, keras.layers.Dense) or activation not in ("linear", "relu", "relu6") or len(layer.input.shape) != 2:
            return []
        kernel = np.asarray(layer.kernel, np.float32).T
        bias = np.asarray(layer.bias, np.float32) if layer.use_bias else np.zeros(len(kernel), np.float32)
        chain.append((kernel, bias, activation))
    return chain
