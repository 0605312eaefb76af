"""Handwritten digits of 8x8 pixels, which scikit-learn brings along: convolutions, pooling, dropout, and a Lambda that scales the pixels."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from plumbline.common.quality import Quality
from plumbline.training.recipe import Data, Recipe

if TYPE_CHECKING:
    import keras


@cache
def splits() -> tuple[Data, Data]:
    """Training and test split, 4 to 1, each with its share of every digit; pixels from 0 to 16, images (N, 8, 8, 1), labels (N,)."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    bunch = load_digits()
    images = bunch.images.astype(np.float32)[..., np.newaxis]
    targets = bunch.target.astype(np.int32)
    chosen = train_test_split(np.arange(len(images)), test_size=0.2, random_state=1, stratify=targets)
    train, test = (Data(images[rows], targets[rows]) for rows in chosen)
    return train, test


def layers() -> list[keras.Layer]:
    import keras

    return [
        keras.layers.Lambda(lambda pixels: pixels / 16.0, output_shape=(8, 8, 1), name="normalize"),
        keras.layers.Conv2D(12, 3, padding="same", activation="relu", name="conv_1"),
        keras.layers.Conv2D(16, 3, padding="same", activation="relu", name="conv_2"),
        keras.layers.MaxPooling2D(2, name="pool"),
        keras.layers.Dropout(0.25, seed=1, name="dropout"),
        keras.layers.Flatten(name="flatten"),
        keras.layers.Dense(32, activation="relu", name="hidden"),
        keras.layers.Dense(10, name="logits"),
        keras.layers.Softmax(name="probabilities"),
    ]


def optimizer() -> keras.optimizers.Optimizer:
    import keras

    return keras.optimizers.Adam(learning_rate=0.002)


RECIPE = Recipe(
    name="digits",
    data=lambda: splits()[0],
    layers=layers,
    optimizer=optimizer,
    loss="sparse_categorical_crossentropy",
    epochs=25,
    seed=1,
    representative=lambda: splits()[0].inputs,
    # Probabilities come in steps of 1/256. What int8 moves in the logits moves an undecided digit's probability most: by 0.03 in the worst
    # of the test images as measured; three times that leaves room for weights trained on another machine.
    tolerance=0.1,
    batch_size=64,
    test=lambda: splits()[1],
    quality=Quality(kind="accuracy", reach=0.97, int8_may_lose=0.01, classes=tuple("0123456789")),
)
