"""A model that was trained on whole windows, as the board gets it: a few new steps in, and the earlier ones kept inside (`plumbline.common.ring`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plumbline.common.streams import in_steps
from plumbline.common.text import first_line
from plumbline.training.recipe import Recipe

if TYPE_CHECKING:
    import keras

COMPARED = 8
"""Windows that both forms of the model are asked, each with all that comes before its last answer."""
NEAR = 1e-3
"""What they may differ by: sums of float32 in another order."""


def for_board(recipe: Recipe, model: keras.Model) -> keras.Model:
    """The model that is converted: `model` itself, or of a recipe with `streamed` layers the one of these, with the weights of `model`.

    Raises:
        BadRecipe: the layers make no model that takes the steps, or have other weights than the layers of the same names.
    """
    if recipe.streamed is None or recipe.steps is None:
        return model
    import keras

    shape = (recipe.steps, *recipe.data().inputs.shape[2:])
    try:
        layers = [keras.Input(shape, batch_size=1, name="input"), *recipe.streamed()]
        found = keras.Sequential(layers, name=recipe.name)
        for layer in found.layers:
            if any(each.name == layer.name for each in model.layers):
                layer.set_weights(model.get_layer(layer.name).get_weights())
    except (ValueError, TypeError) as error:
        hint = "Give each layer of streamed() with weights the name and the arguments of the one in layers() that it continues."
        raise recipe.bad(f"has streamed layers that do not continue those it trains: {first_line(error)}", hint) from error
    return found


def check_alike(recipe: Recipe, trained: keras.Model, found: keras.Model) -> None:
    """Hold the streaming model to the one that was trained: behind the last step of a window it answers what that answers to the whole of it.

    Raises:
        BadRecipe: it does not; a ring is too short or too long, or a layer in one form has no counterpart in the other.
    """
    if found is trained:
        return
    assert recipe.steps is not None
    windows = recipe.data().inputs[:COMPARED]
    wanted = np.asarray(trained(windows, training=False)).reshape(len(windows), -1)
    for window, answer in zip(windows, wanted, strict=True):
        for step in in_steps(window[np.newaxis], recipe.steps):
            last = np.asarray(found(step[np.newaxis], training=False)).ravel()
        if not np.allclose(last, answer, atol=NEAR):
            raise recipe.bad(
                f"streams otherwise than it trains: behind the last step of a window its streamed layers answer {last[:4]}, its layers {answer[:4]}",
                "In front of a convolution of k steps put Ring(k - n), where n steps are new; strides have to divide the new steps.",
            )
