"""Random PACK."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.pack.reference import TYPES, PackOptions
from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement


def pack(net: Movement, source: int) -> int:
    """A tensor with constants, or with itself."""
    shape = net.shape(source)
    axis, named = net.axis(len(shape) + 1)
    inputs = [source, *(source if net.rng.random() < 0.4 else net.constant(shape) for _ in range(int(net.rng.integers(0, 4))))]
    net.rng.shuffle(inputs)
    output = net.add("stacked", (*shape[:axis], len(inputs), *shape[axis:]))
    net.apply("PACK", tuple(inputs), (output,), PackOptions(len(inputs), named))
    return output


random_pack = partial(random_movement, move=pack, types=TYPES)
