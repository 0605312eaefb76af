"""A Keras model from its file, ready to be converted: in the process that holds TensorFlow, see `convert.keras_worker`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from common.errors import ConversionFailed, ModelRefused
from common.way import advice
from convert.keras_file import has_lambda
from convert.sample_shape import Axes

if TYPE_CHECKING:
    import keras


def load(path: Path, recipe: str | None, trust: bool) -> keras.Model:
    """The model in a .keras file, without its loss, metrics and optimizer. One with a Lambda is rebuilt from its recipe: only its weights are read.

    A Lambda is stored as Python bytecode, which nobody should run out of a file unless they trust who wrote it; the recipe's code is the
    project's own.

    Raises:
        ModelRefused: it has not one input and one output.
        ConversionFailed: a weight is NaN or infinite.
    """
    import keras

    if recipe is None or not has_lambda(path):
        model = keras.models.load_model(path, compile=False, safe_mode=not trust)
    else:
        from training import fit
        from training import recipe as recipes

        model = fit.build(recipes.find(recipe))
        model.load_weights(path)
    check_ends(model)
    check_finite(model)
    return model


def check_ends(model: keras.Model) -> None:
    """Raises ModelRefused where the model has not one input and one output."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        message = f"The model has {len(model.inputs)} inputs and {len(model.outputs)} outputs, one of each is supported."
        raise ModelRefused(message, "Make a model of the part that the board shall run: keras.Model(one_input, one_output).")


def check_finite(model: keras.Model) -> None:
    """Raises ConversionFailed where a weight is no number: the converter would take it for one and quantize it."""
    for weight in model.weights:
        if not np.isfinite(weight.numpy()).all():
            again = "Train it again; a smaller learning rate or clipped gradients keep weights finite."
            hint = advice(recipe="Train it again: `make clean train`.", keras=again, tflite=again)
            raise ConversionFailed(f"{weight.path} holds NaN or infinity.", hint)


def axes(model: keras.Model) -> Axes:
    """The shape of one sample; None where the samples give the length."""
    return tuple(model.inputs[0].shape[1:])
