"""Random SPLIT_V."""

from __future__ import annotations

from functools import partial

import numpy as np

from plumbline.convert.operators.concatenation.reference import ConcatenationOptions
from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement
from plumbline.convert.operators.split.reference import TYPES
from plumbline.convert.operators.split_v.reference import SplitVOptions


def split_v(net: Movement, source: int) -> int:
    """Mostly with a CONCATENATION behind it that turns the order around."""
    shape = net.shape(source)
    axis, named = net.axis(len(shape))
    cuts = np.unique(net.rng.integers(1, shape[axis] + 1, 3))
    sizes = [int(size) for size in np.diff([0, *cuts[cuts < shape[axis]], shape[axis]])]
    numbers = (net.numbers(*sizes), net.numbers(named, scalar=net.rng.random() < 0.5))
    parts = [net.add(f"part_{i}", (*shape[:axis], size, *shape[axis + 1 :])) for i, size in enumerate(sizes)]
    net.apply("SPLIT_V", (source, *numbers), tuple(parts), SplitVOptions(len(parts)))
    if net.rng.random() < 0.2 or len(parts) == 1:
        return parts[-1]
    output = net.add("joined", shape)
    net.apply("CONCATENATION", tuple(reversed(parts)), (output,), ConcatenationOptions(axis, "NONE"))
    return output


random_split_v = partial(random_movement, move=split_v, types=TYPES)
