"""Random RESHAPE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.data_movement.random_cases import Movement
from plumbline.convert.operators.shared.data_movement.reference import EVERY_TYPE


def random_reshape(rng: np.random.Generator, name: str) -> Case:
    """From 1 to 4 dimensions to 1 to 4 others, of a single element to none; the shape is given as a tensor or by the output alone."""
    factors = [int(f) for f in rng.integers(1, 6, int(rng.integers(1, 5)))]
    shapes = [tuple(int(np.prod(part)) for part in np.array_split(rng.permutation(factors), int(rng.integers(1, 5)))) for _ in range(2)]
    if factors == [1]:
        shapes[1] = ()
    net = Movement(rng, name, EVERY_TYPE, shape=shapes[0], rescaled=True)
    inputs = (0, net.numbers(*shapes[1])) if rng.random() < 0.7 else (0,)
    output = net.add("out", shapes[1])
    net.apply("RESHAPE", inputs, (output,))
    return net.case(output)
