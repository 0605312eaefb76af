"""Random SLICE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT32, INT64, Case, TensorSpec
from plumbline.convert.operators.shared.data_movement.random_cases import Movement
from plumbline.convert.operators.slice.reference import TYPES


def random_slice(rng: np.random.Generator, name: str) -> Case:
    """Sizes of -1 take the rest; where it begins is a constant, or an input."""
    net = Movement(rng, name, TYPES, rank=int(rng.integers(1, 6)), rescaled=True, sizes=(1, 2, 3, 4))
    shape = net.shape(0)
    sizes = [int(rng.integers(1, size + 1)) for size in shape]
    begins = [int(rng.integers(size - part + 1)) for size, part in zip(shape, sizes, strict=True)]
    if rng.random() < 0.4:
        net.tensors.append(TensorSpec(f"{name}/begin", (len(shape),), kind=INT32))
        output = net.add("part", tuple(sizes))
        net.apply("SLICE", (0, 1, net.numbers(*sizes)), (output,))
        return Case(net.tensors, net.operators, (0, 1), (output,))
    rest = [-1 if first + part == size and rng.random() < 0.4 else part for first, part, size in zip(begins, sizes, shape, strict=True)]
    kind = INT64 if rng.random() < 0.2 else INT32
    output = net.add("part", tuple(sizes))
    net.apply("SLICE", (0, net.numbers(*begins, kind=kind), net.numbers(*rest, kind=kind)), (output,))
    return net.case(output)
