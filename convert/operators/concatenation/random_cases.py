"""Random CONCATENATION."""

from __future__ import annotations

from functools import partial

from plumbline.convert.operators.concatenation.reference import TYPES, ConcatenationOptions
from plumbline.convert.operators.shared.data_movement.random_cases import Movement, random_movement


def concatenate(net: Movement, source: int) -> int:
    """A tensor with constants, or with itself."""
    shape = net.shape(source)
    axis, named = net.axis(len(shape))
    inputs = [source]
    for _ in range(int(net.rng.integers(1, 4))):
        size = int(net.rng.integers(1, 4))
        part = (*shape[:axis], size, *shape[axis + 1 :])
        inputs.append(source if net.rng.random() < 0.4 else net.constant(part))
    net.rng.shuffle(inputs)
    total = sum(net.shape(index)[axis] for index in inputs)
    output = net.add("joined", (*shape[:axis], total, *shape[axis + 1 :]))
    net.apply("CONCATENATION", tuple(inputs), (output,), ConcatenationOptions(named, "NONE"))
    return output


def join(net: Movement, parts: list[int], axis: int) -> int:
    """All parts along an axis again, in another order."""
    net.rng.shuffle(parts)
    shape = net.shape(parts[0])
    output = net.add("joined", (*shape[:axis], shape[axis] * len(parts), *shape[axis + 1 :]))
    net.apply("CONCATENATION", tuple(parts), (output,), ConcatenationOptions(axis, "NONE"))
    return output


random_concatenation = partial(random_movement, move=concatenate, types=TYPES, rescaled=False)
