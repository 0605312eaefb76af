"""A Keras model as the references ask a float model."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.importers.float_answers import FloatModel
from plumbline.convert.importers.keras.state import InOrder, states
from plumbline.convert.references.sequences import Starts

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]


def float_model(model: keras.Model) -> FloatModel:
    """The model's answers, parameters and chain of Dense layers."""
    told = int(model.count_params()), input_names(model), output_names(model), dense_chain(model)
    return FloatModel(partial(predict_in_order, model, InOrder(model)) if states(model) else partial(predict, model), *told)


def input_names(model: keras.Model) -> list[str]:
    """What the inputs are called in the flatbuffer's signature; a single one always the same, since its name reaches the file."""
    return ["input"] if len(model.inputs) == 1 else [re.sub(r"\W", "_", each.name) for each in model.inputs]


def output_names(model: keras.Model) -> list[str]:
    """What the outputs are called there."""
    answer = getattr(model, "output", None)
    return list(answer) if isinstance(answer, dict) else ["output_0"]


def predict_in_order(model: keras.Model, runner: InOrder, inputs: Sequence[Floats], starts: Starts | None = None) -> list[Floats]:
    """The same as `predict`, of a model with a state, which is reset before each row of `starts`."""
    return runner.predict(inputs, starts) if len(inputs[0]) else predict(model, inputs)


def predict(model: keras.Model, inputs: Sequence[Floats], _: Starts | None = None) -> list[Floats]:
    """float32 answers (N, elements) of each output to inputs (N, ...), without the progress bar and the batches of `model.predict`."""
    count = len(inputs[0])
    if not count:
        return [np.empty((0, math.prod(each.shape[1:])), np.float32) for each in model.outputs]
    given = [each.astype(end.dtype) for each, end in zip(inputs, model.inputs, strict=True)]
    answer = model(given[0] if len(given) == 1 else given, training=False)
    return [np.asarray(each, np.float32).reshape(count, -1) for each in (answer.values() if isinstance(answer, dict) else [answer])]


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
