"""Random windows on small images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbline.convert.operators.cases import INT8, TensorSpec
from plumbline.convert.operators.shared.random_values import Pair, pair


@dataclass(frozen=True)
class Geometry:
    """A window on an image; pairs are (height, width)."""

    batches: int
    image: Pair
    channels: int
    taps: Pair
    strides: Pair
    dilations: Pair
    padding: str
    outputs: Pair


def random_geometry(rng: np.random.Generator, dilated: bool, usual: float = 0) -> Geometry:
    """Small images and windows of any form that fits; that part of them has the `usual` form, 3 x 3 with the same stride both ways."""
    while True:
        image, taps, strides = (pair(rng, largest) for largest in (9, 4, 3))
        dilations = pair(rng, 3) if dilated and rng.random() < 0.4 else (1, 1)
        if rng.random() < usual:
            taps, strides, dilations = (3, 3), (strides[0], strides[0]), (1, 1)
        padding = str(rng.choice(("SAME", "VALID")))
        reach = [(taps[i] - 1) * dilations[i] + 1 for i in (0, 1)]
        span = image if padding == "SAME" else tuple(image[i] - reach[i] + 1 for i in (0, 1))
        if min(span) > 0:
            outputs = (-(-span[0] // strides[0]), -(-span[1] // strides[1]))
            channels = int(rng.integers(8, 21) if rng.random() < 0.15 else rng.integers(1, 6))
            return Geometry(1 + (rng.random() < 0.1), image, channels, taps, strides, dilations, padding, outputs)


def image_tensor(name: str, geometry: Geometry, sides: Pair, channels: int, real: float, zero: int, kind: int = INT8) -> TensorSpec:
    return TensorSpec(name, (geometry.batches, *sides, channels), (real,), (zero if kind == INT8 else 0,), kind=kind)
