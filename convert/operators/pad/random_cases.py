"""Random PAD and PADV2."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.pad.reference import TYPES
from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement


def pad(net: Movement, source: int, valued: bool = False) -> int:
    """With real 0, or with a constant."""
    shape = net.shape(source)
    paddings = [int(each) for each in net.rng.choice((0, 0, 0, 0, 1, 2), 2 * len(shape))]
    inputs = [source, net.numbers(*paddings, shape=(len(shape), 2))]
    inputs += [net.constant(())] if valued else []
    sizes = zip(paddings[::2], shape, paddings[1::2], strict=True)
    output = net.add("padded", tuple(sum(each) for each in sizes))
    net.apply("PADV2" if valued else "PAD", tuple(inputs), (output,))
    return output


random_pad = partial(random_movement, move=pad, types=TYPES)
random_padv2 = partial(random_movement, move=partial(pad, valued=True), types=TYPES)
