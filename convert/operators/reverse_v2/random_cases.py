"""Random REVERSE_V2."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement
from plumbline.convert.operators.shared.data_movement.reference import EVERY_TYPE


def reverse_v2(net: Movement, source: int) -> int:
    """Along one axis or several, in any order, some counted from the back."""
    rank = len(net.shape(source))
    first = int(net.rng.integers(rank))
    axes = [axis - rank if net.rng.random() < 0.3 else axis for axis in range(first, int(net.rng.integers(first, rank)) + 1)]
    net.rng.shuffle(axes)
    output = net.add("reversed", net.shape(source))
    net.apply("REVERSE_V2", (source, net.numbers(*axes)), (output,))
    return output


random_reverse_v2 = partial(random_movement, move=reverse_v2, types=EVERY_TYPE)
