"""Random DEPTH_TO_SPACE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.depth_to_space.reference import TYPES, DepthToSpaceOptions
from plumbline.convert.operators.shared.data_movement.random_cases import Movement


def random_depth_to_space(rng: np.random.Generator, name: str) -> Case:
    """Blocks of 1 to 3 pixels each way."""
    block = int(rng.integers(1, 4))
    batches, height, width, depth = (int(size) for size in rng.choice((1, 1, 2, 3), 4))
    deep, wide = (batches, height, width, depth * block * block), (batches, height * block, width * block, depth)
    net = Movement(rng, name, TYPES, shape=deep, rescaled=True)
    output = net.add("moved", wide)
    net.apply("DEPTH_TO_SPACE", (0,), (output,), DepthToSpaceOptions(block))
    return net.case(output)
