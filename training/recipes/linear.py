"""One neuron that learns y = 2x - 1 from six points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plumbline.training.recipe import Data, Recipe

if TYPE_CHECKING:
    import keras


LEARNING_RATE = 0.01


def data() -> Data:
    x = np.array([[-1], [0], [1], [2], [3], [4]], np.float32)
    return Data(inputs=x, targets=2 * x - 1)


def layers() -> list[keras.Layer]:
    import keras

    return [keras.layers.Dense(units=1, name="dense")]


def optimizer() -> keras.optimizers.Optimizer:
    import keras

    return keras.optimizers.SGD(LEARNING_RATE)


def line(model: keras.Model) -> dict[str, float]:
    """What the neuron has learned so far: y = w x + b. With all points in one step it is what `model.fit` learns, to the last bit."""
    w, b = (float(weight.numpy().ravel()[0]) for weight in model.weights)
    return {"w": w, "b": b}


RECIPE = Recipe(
    name="linear",
    data=data,
    layers=layers,
    optimizer=optimizer,
    loss="mean_squared_error",
    epochs=500,
    seed=1,
    # 256 codes over this domain are steps of 0.1, so the sample points are codes exactly; six points alone would calibrate
    # to [-1, 4], where x = 10 has no code.
    domain=(-12.8, 12.7),
    checkpoints=(10.0,),
    # Half an input step of 0.1 times the slope of 2, plus half an output step of 0.2, is 0.2; the rest is clamping at the ends.
    tolerance=0.25,
    noted=line,
)
