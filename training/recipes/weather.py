"""The sea's temperature next month from the twelve before: an LSTM on the El Nino series that ships inside statsmodels.

The series is the monthly mean temperature of the sea's surface at 0 to 10 degrees south, 90 to 80 degrees west, in degrees Celsius, 1950 to 2010
(National Oceanic and Atmospheric Administration, through statsmodels.datasets.elnino). The model sees and answers anomalies: what a month is warmer
than its mean over the training years. Adding that mean back gives the temperature, so that errors are those of the temperature.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plumbline.common.quality import Quality
from plumbline.training.recipe import Data, Recipe

if TYPE_CHECKING:
    import keras

MONTHS = 12
HELD_BACK_YEARS = 15
UNITS = 8
EPOCHS = 20
"""With the units and the dropout below the best of twelve on the last ten years before the held-back ones, trained on those before them."""


@cache
def series() -> tuple[NDArray[np.float32], NDArray[np.float32], int]:
    """Temperatures and anomalies (months,) in degrees Celsius, and the month that the held-back years begin with."""
    from statsmodels.datasets import elnino

    years = elnino.load_pandas().data.drop(columns="YEAR").to_numpy(np.float32)
    trained = len(years) - HELD_BACK_YEARS
    mean = years[:trained].mean(axis=0)
    return years.ravel(), (years - mean).ravel(), trained * MONTHS


def windows(first: int, end: int) -> Data:
    """The months `first` to `end` - 1 as targets, each with the twelve before it: inputs (N, 12, 1), targets (N, 1)."""
    anomalies = series()[1]
    before = np.stack([anomalies[at - MONTHS : at] for at in range(first, end)])
    return Data(before[..., np.newaxis].astype(np.float32), anomalies[first:end, np.newaxis].astype(np.float32))


@cache
def data() -> Data:
    return windows(MONTHS, series()[2])


@cache
def test() -> Data:
    return windows(series()[2], len(series()[0]))


@cache
def baselines() -> dict[str, float]:
    """The root of the mean squared error of predictions that need no model, in degrees Celsius, on the held-back years."""
    temperatures, anomalies, first = series()

    def rms(errors: NDArray[np.float32]) -> float:
        return float(np.sqrt(np.mean(errors.astype(np.float64) ** 2)))

    return {
        "the month's mean": rms(anomalies[first:]),
        "last month again": rms(temperatures[first:] - temperatures[first - 1 : -1]),
        "last month's anomaly again": rms(anomalies[first:] - anomalies[first - 1 : -1]),
    }


def layers(unroll: bool = False) -> list[keras.Layer]:
    import keras

    return [
        keras.layers.LSTM(UNITS, unroll=unroll, name="memory"),
        keras.layers.Dropout(0.2, seed=1, name="dropout"),
        keras.layers.Dense(1, name="anomaly"),
    ]


def optimizer() -> keras.optimizers.Optimizer:
    import keras

    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, EPOCHS * 17))


RECIPE = Recipe(
    name="weather",
    data=data,
    layers=layers,
    optimizer=optimizer,
    loss="mean_squared_error",
    epochs=EPOCHS,
    seed=1,
    batch_size=32,
    tolerance=0.3,
    representative=lambda: data().inputs,
    test=test,
    quality=Quality(kind="rmse", reach=0.5, int8_may_lose=0.02, baselines=baselines()),
)
