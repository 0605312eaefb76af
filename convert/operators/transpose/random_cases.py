"""Random TRANSPOSE."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement
from plumbline.convert.operators.transpose.reference import TYPES


def transpose(net: Movement, source: int) -> int:
    shape = net.shape(source)
    order = [int(axis) for axis in net.rng.permutation(len(shape))]
    output = net.add("transposed", tuple(shape[axis] for axis in order))
    net.apply("TRANSPOSE", (source, net.numbers(*order)), (output,))
    return output


random_transpose = partial(random_movement, move=transpose, types=TYPES)
