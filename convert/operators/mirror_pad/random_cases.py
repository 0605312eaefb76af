"""Random MIRROR_PAD."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.cases import INT64
from plumbline.convert.operators.mirror_pad.reference import MODES, TYPES, MirrorPadOptions
from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement


def mirror_pad(net: Movement, source: int) -> int:
    """Up to as far as there is something to mirror."""
    shape = net.shape(source)
    mode = int(net.rng.integers(2))
    most = [min(size - 1 + mode, 3) if net.rng.random() < 0.6 else 0 for size in shape for _ in range(2)]
    paddings = [int(net.rng.integers(each + 1)) for each in most]
    sizes = zip(paddings[::2], shape, paddings[1::2], strict=True)
    numbers = net.numbers(*paddings, shape=(len(shape), 2), kind=INT64 if net.rng.random() < 0.3 else None)
    output = net.add("mirrored", tuple(sum(each) for each in sizes))
    net.apply("MIRROR_PAD", (source, numbers), (output,), MirrorPadOptions(MODES[mode]))
    return output


random_mirror_pad = partial(random_movement, move=mirror_pad, types=TYPES)
