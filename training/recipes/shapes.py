"""Which of three shapes is in a picture, and where: one convolutional body with two outputs, a class and a position.

The pictures are drawn here: 24x24 pixels of grey, a triangle, a square or a disc on noise, and beside it strokes and dots that are none of the three.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.quality import Quality
from plumbline.training.recipe import Data, Recipe

if TYPE_CHECKING:
    import keras

CLASSES = ("triangle", "square", "disc")
SIDE = 24
TRAINED, TESTED = 2400, 300
EPOCHS = 20
BATCH = 64
SMALLEST, LARGEST = 3.5, 5.5
"""Half the side of a square, in pixels; a disc and a triangle cover about as much."""
Picture = NDArray[np.float64]


def coverage(kind: int, x: float, y: float, size: float, turn: float) -> Picture:
    """How much of each pixel a shape covers, (SIDE, SIDE) from 0 to 1, its edge being one pixel wide.

    Args:
        kind: its place in CLASSES.
        x, y: its centre in pixels, from the left and from above.
        size: half the side of a square.
        turn: radians.
    """
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    right, down = columns - x, rows - y
    along, across = np.cos(turn) * right + np.sin(turn) * down, np.cos(turn) * down - np.sin(turn) * right
    if kind == 0:  # the distance from the nearest of three sides, whose normals lie 120 degrees apart
        beyond = np.max([np.cos(each) * along + np.sin(each) * across for each in np.deg2rad((90, 210, 330))], axis=0) - 0.88 * size
    elif kind == 1:
        beyond = np.maximum(np.abs(along), np.abs(across)) - size
    else:
        beyond = np.hypot(right, down) - 1.13 * size  # of the square's area
    return np.asarray(np.clip(0.5 - beyond, 0.0, 1.0), np.float64)


def stroke(generator: np.random.Generator) -> Picture:
    """A short line or a dot, (SIDE, SIDE) from 0 to 1."""
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    x, y = generator.uniform(0, SIDE, 2)
    turn, half = generator.uniform(0, np.pi), generator.uniform(0, 4)
    right, down = columns - x, rows - y
    along = np.clip(np.cos(turn) * right + np.sin(turn) * down, -half, half)
    beyond = np.hypot(right - along * np.cos(turn), down - along * np.sin(turn)) - 0.8
    return np.asarray(np.clip(0.5 - beyond, 0.0, 1.0), np.float64)


def drawn(count: int, seed: int) -> Data:
    """Pictures (N, 24, 24, 1) from 0 to 1, with the shape's number (N,) and its centre (N, 2) in pixels."""
    generator = np.random.default_rng(seed)
    kinds = generator.integers(len(CLASSES), size=count)
    sizes = generator.uniform(SMALLEST, LARGEST, count)
    places = generator.uniform(1.4 * sizes[:, np.newaxis], SIDE - 1.4 * sizes[:, np.newaxis], (count, 2))
    pictures = np.empty((count, SIDE, SIDE))
    for picture, kind, size, (x, y) in zip(pictures, kinds, sizes, places, strict=True):
        ground, ink = generator.uniform(0.1, 0.35), generator.uniform(0.6, 0.9)
        picture[:] = ground
        for _ in range(generator.integers(4)):
            picture += (generator.uniform(0.4, 0.8) - picture) * stroke(generator)
        picture += (ink - picture) * coverage(int(kind), x, y, size, generator.uniform(0, 2 * np.pi))
        picture += generator.normal(0, 0.05, picture.shape)
    images = np.clip(pictures, 0.0, 1.0)[..., np.newaxis].astype(np.float32)
    return Data(images, {"shape": kinds.astype(np.int32), "place": places.astype(np.float32)})


@cache
def data() -> Data:
    return drawn(TRAINED, seed=1)


@cache
def test() -> Data:
    return drawn(TESTED, seed=2)


@cache
def baselines() -> dict[str, dict[str, float]]:
    """What predictions reach on the held-back pictures that do not look at them, by output."""
    known, asked = data().by_output, test().by_output
    most = np.bincount(known["shape"]).argmax()
    middle = known["place"].mean(axis=0)
    return {
        "shape": {f"always {CLASSES[most]}": float(np.mean(asked["shape"] == most))},
        "place": {"always the mean place": float(np.sqrt(np.mean((asked["place"] - middle).astype(np.float64) ** 2)))},
    }


def layers(picture: keras.KerasTensor) -> dict[str, Any]:
    """A body that both outputs share: what tells where a shape is tells which one, too."""
    import keras

    body = keras.layers.Conv2D(8, 3, padding="same", activation="relu", name="conv_1")(picture)
    body = keras.layers.MaxPooling2D(2, name="pool_1")(body)
    body = keras.layers.Conv2D(16, 3, padding="same", activation="relu", name="conv_2")(body)
    body = keras.layers.MaxPooling2D(2, name="pool_2")(body)
    body = keras.layers.Conv2D(24, 3, padding="same", activation="relu", name="conv_3")(body)
    anywhere = keras.layers.GlobalMaxPooling2D(name="anywhere")(body)  # which shape it is does not depend on the place
    logits = keras.layers.Dense(len(CLASSES), name="logits")(anywhere)
    everywhere = keras.layers.Flatten(name="everywhere")(body)
    middle = keras.initializers.Constant(SIDE / 2)  # training begins with the middle of the picture as the answer
    return {
        "shape": keras.layers.Softmax(name="shape")(logits),
        "place": keras.layers.Dense(2, bias_initializer=middle, name="place")(everywhere),
    }


def optimizer() -> keras.optimizers.Optimizer:
    import keras

    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.004, EPOCHS * -(-TRAINED // BATCH)))


RECIPE = Recipe(
    name="shapes",
    data=data,
    layers=layers,
    optimizer=optimizer,
    loss={"shape": "sparse_categorical_crossentropy", "place": "mean_squared_error"},
    # Where nothing is known yet the classes' loss is 1.1, and the place's some 11 square pixels, which would drown it.
    loss_weights={"place": 0.03},
    epochs=EPOCHS,
    seed=1,
    batch_size=BATCH,
    representative=lambda: data().inputs[::4],
    test=test,
    quality={
        "shape": Quality(kind="accuracy", reach=0.93, int8_may_lose=0.02, baselines=baselines()["shape"], classes=CLASSES),
        "place": Quality(kind="rmse", reach=0.9, int8_may_lose=0.1, baselines=baselines()["place"]),
    },
)
