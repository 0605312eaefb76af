"""Random BROADCAST_TO."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.cases import INT64
from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement
from plumbline.convert.operators.shared.data_movement.reference import EVERY_TYPE


def broadcast_to(net: Movement, source: int) -> int:
    """Dimensions of one become longer, and new ones come in front."""
    wider = [int(net.rng.choice((1, 2, 3))) if size == 1 else size for size in net.shape(source)]
    shape = (*(int(size) for size in net.rng.choice((1, 1, 2), 5 - len(wider))), *wider)[int(net.rng.integers(6 - len(wider))) :]
    output = net.add("repeated", shape)
    net.apply("BROADCAST_TO", (source, net.numbers(*shape, kind=INT64 if net.rng.random() < 0.3 else None)), (output,))
    return output


random_broadcast_to = partial(random_movement, move=broadcast_to, types=EVERY_TYPE, sizes=(1, 2, 3, 4, 6))
