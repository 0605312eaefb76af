"""Random GATHER_ND."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.data_movement.random_cases import Movement


def random_gather_nd(rng: np.random.Generator, name: str) -> Case:
    """Indices are a constant or an input, and so is the table."""
    net = Movement(rng, name, rescaled=True)
    shape = net.shape(0)
    axes = int(rng.integers(1, len(shape) + 1))
    own = tuple(int(size) for size in rng.integers(1, 5, int(rng.integers(0, 3))))
    return net.looked_up("GATHER_ND", (*own, axes), shape[:axes], (*own, *shape[axes:]))
