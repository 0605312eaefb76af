"""A sine from noisy points: two hidden layers with ReLU, still one number in and one out, so that every code is verified."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plumbline.common.quality import Quality
from plumbline.training.recipe import Data, Recipe

if TYPE_CHECKING:
    import keras

END = 6.2832
"""2 pi as a decimal number that host and board read alike."""

EPOCHS = 3000
UNITS, SLOPE = 16, 0.5


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

    constant, short = keras.initializers.Constant, keras.constraints.MaxNorm
    kernel, bias = kinks()
    # int8 rounds weights and activations. Noise on the activations while training makes the layers bear that; it vanishes afterwards. And one large
    # weight would set the step of all in its tensor, so that none may grow far beyond the others.
    return [
        keras.layers.Dense(
            UNITS, "relu", kernel_initializer=constant(kernel), bias_initializer=constant(bias), kernel_constraint=short(SLOPE), name="hidden_0"
        ),
        keras.layers.GaussianNoise(0.1, seed=0, name="noise_0"),
        keras.layers.Dense(UNITS, "relu", kernel_constraint=short(0.8), name="hidden_1"),
        keras.layers.GaussianNoise(0.1, seed=1, name="noise_1"),
        keras.layers.Dense(1, name="answer"),
    ]


def kinks() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (1, UNITS) and biases (UNITS,) that the first layer starts from: bends spread over the domain, each unit 0 on the side of the middle.

    No unit then reaches higher than half the domain lets it, and fewer of them add up at any x. Started at random, they lie across each other, and
    the steps of their int8 codes, which belong to the highest of them, add up to an error of three to five output steps instead of one or two.
    """
    middle, half = END / 2, UNITS // 2
    weights = np.repeat([SLOPE, -SLOPE], half)
    bends = np.concatenate([np.linspace(middle, END, half, endpoint=False), np.linspace(middle, 0, half, endpoint=False)])
    return weights.astype(np.float32).reshape(1, -1), (-weights * bends).astype(np.float32)


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
