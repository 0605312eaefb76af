"""Random FILL."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.fill.reference import TYPES
from plumbline.convert.operators.shared.data_movement.random_cases import Movement
from plumbline.convert.operators.shared.random_values import random_shape


def random_fill(rng: np.random.Generator, name: str) -> Case:
    """A scalar input in every place of any shape."""
    net = Movement(rng, name, TYPES, shape=())
    shape = random_shape(rng, int(rng.integers(1, 3)))
    output = net.add("filled", shape)
    net.apply("FILL", (net.numbers(*shape), 0), (output,))
    return net.case(output)
