"""A Keras model as the references ask a float model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.importers.float_answers import FloatModel

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]


def float_model(model: keras.Model) -> FloatModel:
    """The model's answers, parameters and chain of Dense layers."""
    return FloatModel(partial(predict, model), int(model.count_params()), dense_chain(model))


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
