"""Random GATHER."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.gather.reference import GatherOptions
from plumbline.convert.operators.shared.data_movement.random_cases import Movement


def random_gather(rng: np.random.Generator, name: str) -> Case:
    """Indices are a constant or an input, and so is the table; batches now and then."""
    net = Movement(rng, name, rescaled=True)
    shape = net.shape(0)
    axis, named = net.axis(len(shape))
    shared = int(rng.integers(axis + 1)) if rng.random() < 0.3 else 0
    own = tuple(int(size) for size in rng.integers(1, 5, int(rng.integers(0, 3))))
    sizes = (*shape[:shared], *own)
    options = GatherOptions(named, shared - len(sizes) if rng.random() < 0.2 and shared < len(sizes) else shared)
    return net.looked_up("GATHER", sizes, (shape[axis],), (*shape[:axis], *own, *shape[axis + 1 :]), options)
