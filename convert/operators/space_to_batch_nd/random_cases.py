"""Random SPACE_TO_BATCH_ND."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.data_movement.random_cases import Movement
from plumbline.convert.operators.space_to_batch_nd.reference import TYPES


def random_space_to_batch_nd(rng: np.random.Generator, name: str) -> Case:
    """One side or two."""
    sides = int(rng.integers(1, 3))
    block, inner = ([int(each) for each in rng.integers(1, 4, sides)] for _ in range(2))
    batches, depth = (int(each) for each in rng.choice((1, 1, 2, 3), 2))
    outer = (side * by for side, by in zip(inner, block, strict=True))
    net = Movement(rng, name, TYPES, shape=(batches, *outer, depth), rescaled=True)
    numbers = (net.numbers(*block), net.numbers(*[0] * (2 * sides), shape=(sides, 2)))
    output = net.add("moved", (batches * int(np.prod(block)), *inner, depth))
    net.apply("SPACE_TO_BATCH_ND", (0, *numbers), (output,))
    return net.case(output)
