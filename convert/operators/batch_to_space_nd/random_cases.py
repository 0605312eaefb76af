"""Random BATCH_TO_SPACE_ND."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.batch_to_space_nd.reference import TYPES
from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.data_movement.random_cases import Movement


def random_batch_to_space_nd(rng: np.random.Generator, name: str) -> Case:
    """One side or two, some of it cut off."""
    sides = int(rng.integers(1, 3))
    block, inner = ([int(each) for each in rng.integers(1, 4, sides)] for _ in range(2))
    batches, depth = (int(each) for each in rng.choice((1, 1, 2, 3), 2))
    crops = [
        [int(each) for each in rng.multinomial(int(rng.integers(side * by)), (0.4, 0.4, 0.2))[:2]] for side, by in zip(inner, block, strict=True)
    ]
    net = Movement(rng, name, TYPES, shape=(batches * int(np.prod(block)), *inner, depth), rescaled=True)
    numbers = (net.numbers(*block), net.numbers(*np.ravel(crops), shape=(sides, 2)))
    result = (side * by - sum(cut) for side, by, cut in zip(inner, block, crops, strict=True))
    output = net.add("moved", (batches, *result, depth))
    net.apply("BATCH_TO_SPACE_ND", (0, *numbers), (output,))
    return net.case(output)
