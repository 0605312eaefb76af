"""Trains and converts a model whose input and output do not fit a frame: `python -m tests.support.wide_model FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np

from plumbline.convert.pipeline import convert
from plumbline.training.fit import fit
from plumbline.training.recipe import Data, Recipe

INPUTS, OUTPUTS = 70, 100


def data() -> Data:
    rng = np.random.default_rng(5)
    inputs = rng.uniform(-1, 1, (40, INPUTS)).astype(np.float32)
    return Data(inputs, rng.uniform(-1, 1, (40, OUTPUTS)).astype(np.float32))


RECIPE = Recipe(
    name="wide",
    data=data,
    layers=lambda: [keras.layers.Dense(12, "relu", name="hidden"), keras.layers.Dense(OUTPUTS, name="out")],
    optimizer=lambda: keras.optimizers.SGD(0.01),
    loss="mean_squared_error",
    epochs=5,
    seed=1,
    tolerance=20.0,  # bounds carried through two wide layers are loose
    representative=lambda: data().inputs,
)

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    fit(RECIPE.check(), folder, print)
    convert(folder, print)
