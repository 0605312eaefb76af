"""Random SPACE_TO_DEPTH."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.data_movement.random_cases import Movement
from plumbline.convert.operators.space_to_depth.reference import TYPES, SpaceToDepthOptions


def random_space_to_depth(rng: np.random.Generator, name: str) -> Case:
    """Blocks of 1 to 3 pixels each way."""
    block = int(rng.integers(1, 4))
    batches, height, width, depth = (int(size) for size in rng.choice((1, 1, 2, 3), 4))
    deep, wide = (batches, height, width, depth * block * block), (batches, height * block, width * block, depth)
    net = Movement(rng, name, TYPES, shape=wide, rescaled=True)
    output = net.add("moved", deep)
    net.apply("SPACE_TO_DEPTH", (0,), (output,), SpaceToDepthOptions(block))
    return net.case(output)
