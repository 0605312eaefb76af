"""Random numbers that cases are made of, edge values among them."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.shared.checks import ACTIVATIONS

Shape = tuple[int, ...]
Pair = tuple[int, int]
ZERO_POINTS = (-128, -1, 0, 1, 127)


def zero_point(rng: np.random.Generator) -> int:
    return int(rng.choice(ZERO_POINTS) if rng.random() < 0.3 else rng.integers(-128, 128))


def scale(rng: np.random.Generator, low: float, high: float) -> float:
    """A float32 value, its logarithm evenly distributed."""
    return float(np.float32(np.exp(rng.uniform(np.log(low), np.log(high)))))


def fused_activation(rng: np.random.Generator) -> str:
    return str(rng.choice(ACTIVATIONS))


def pair(rng: np.random.Generator, largest: int) -> Pair:
    return int(rng.integers(1, largest + 1)), int(rng.integers(1, largest + 1))


def random_shape(rng: np.random.Generator, rank: int) -> Shape:
    return tuple(int(size) for size in rng.choice((1, 1, 2, 3, 4, 5), rank))
