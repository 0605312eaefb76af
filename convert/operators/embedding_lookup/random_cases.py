"""Random EMBEDDING_LOOKUP."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.data_movement.random_cases import Movement


def random_embedding_lookup(rng: np.random.Generator, name: str) -> Case:
    """Numbers are a constant or an input, and so is the table."""
    net = Movement(rng, name, rank=int(rng.integers(2, 4)), rescaled=True, sizes=(1, 2, 3, 4, 6, 20))
    shape = net.shape(0)
    count = int(rng.integers(1, 6))
    return net.looked_up("EMBEDDING_LOOKUP", (count,), shape[:1], (count, *shape[1:]), indices_first=True)
