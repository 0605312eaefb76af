"""A sine from noisy points: two hidden layers with ReLU, still one number in and one out, so that every code is verified."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from common.quality import Quality
from training.recipe import Data, Recipe

if TYPE_CHECKING:
    import keras

END = 6.2832
"""2 pi as a decimal number that host and board read alike."""

EPOCHS = 3000


@cache
def data() -> Data:
    """48 points with noise; the sample points of every verification."""
    rng = np.random.default_rng(3)
    x = np.linspace(0, 6.28, 48).astype(np.float32).reshape(-1, 1)
    return Data(x, (np.sin(x) + rng.normal(0, 0.05, x.shape)).astype(np.float32))


@cache
def test() -> Data:
    """Other x, and the sine itself."""
    x = np.random.default_rng(4).uniform(0, 6.28, (200, 1)).astype(np.float32)
    return Data(x, np.sin(x))


def layers() -> list[keras.Layer]:
    import keras

    def hidden(number: int, constraint: keras.constraints.Constraint | None = None) -> list[keras.Layer]:
        # int8 rounds weights and activations. Noise on the activations while training makes the layers bear that; it vanishes afterwards.
        dense = keras.layers.Dense(32, "relu", kernel_constraint=constraint, name=f"hidden_{number}")
        return [dense, keras.layers.GaussianNoise(0.1, seed=number, name=f"noise_{number}")]

    # One large weight would set the step of all in its tensor.
    short = keras.constraints.MaxNorm(0.8)
    return [*hidden(0), *hidden(1, short), keras.layers.Dense(1, name="answer")]


def optimizer() -> keras.optimizers.Optimizer:
    import keras

    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.005, EPOCHS))


RECIPE = Recipe(
    name="sine",
    data=data,
    layers=layers,
    optimizer=optimizer,
    loss="mean_squared_error",
    epochs=EPOCHS,
    seed=2,
    domain=(0.0, END),
    # Three output steps of 0.008 and half an input step of 0.0123 times a slope near 1.1; what is proven is 0.03.
    tolerance=0.04,
    test=test,
    quality=Quality(kind="rmse", reach=0.06, int8_may_lose=0.01, steps=3.0),
)
