"""Random UNPACK."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.pack.reference import PackOptions
from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement
from plumbline.convert.operators.unpack.reference import TYPES, UnpackOptions


def unpack(net: Movement, source: int) -> int:
    """Mostly with a PACK behind it."""
    shape = net.shape(source)
    axis, named = net.axis(len(shape))
    parts = [net.add(f"part_{i}", (*shape[:axis], *shape[axis + 1 :])) for i in range(shape[axis])]
    net.apply("UNPACK", (source,), tuple(parts), UnpackOptions(len(parts), named))
    if net.rng.random() < 0.2 or len(shape) == 1:
        return int(net.rng.choice(parts))
    net.rng.shuffle(parts)
    output = net.add("stacked", (len(parts), *net.shape(parts[0])))
    net.apply("PACK", tuple(parts), (output,), PackOptions(len(parts), 0))
    return output


random_unpack = partial(random_movement, move=unpack, types=TYPES)
