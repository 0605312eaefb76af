"""Random RESIZE_NEAREST_NEIGHBOR."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.resize_nearest_neighbor.reference import TYPES, ResizeNearestNeighborOptions
from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement


def resize_nearest_neighbor(net: Movement, source: int) -> int:
    """Larger or smaller, often by a whole factor."""
    batches, *sides, depth = net.shape(source)
    factor = int(net.rng.integers(1, 3))
    sizes = [side * factor if net.rng.random() < 0.4 else int(net.rng.integers(1, 6)) for side in sides]
    output = net.add("resized", (batches, *sizes, depth))
    options = ResizeNearestNeighborOptions(bool(net.rng.random() < 0.4), bool(net.rng.random() < 0.4))
    net.apply("RESIZE_NEAREST_NEIGHBOR", (source, net.numbers(*sizes)), (output,), options)
    return output


random_resize_nearest_neighbor = partial(random_movement, move=resize_nearest_neighbor, types=TYPES, rank=4, sizes=(1, 1, 2, 3))
