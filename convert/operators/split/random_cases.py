"""Random SPLIT."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.concatenation.random_cases import join
from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement
from plumbline.convert.operators.split.reference import TYPES, SplitOptions


def split(net: Movement, source: int) -> int:
    """Mostly with a CONCATENATION behind it."""
    shape = net.shape(source)
    axis, named = net.axis(len(shape))
    counts = [count for count in range(1, min(shape[axis], 6) + 1) if shape[axis] % count == 0]
    count = int(net.rng.choice(counts))
    number = net.numbers(named, scalar=net.rng.random() < 0.5)
    parts = [net.add(f"part_{i}", (*shape[:axis], shape[axis] // count, *shape[axis + 1 :])) for i in range(count)]
    net.apply("SPLIT", (number, source), tuple(parts), SplitOptions(count))
    return join(net, parts, axis) if net.rng.random() < 0.8 and count > 1 else int(net.rng.choice(parts))


random_split = partial(random_movement, move=split, types=TYPES)
