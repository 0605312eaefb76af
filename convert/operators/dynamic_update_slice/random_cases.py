"""Random DYNAMIC_UPDATE_SLICE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT32, INT64, Case, TensorSpec
from plumbline.convert.operators.dynamic_update_slice.reference import TYPES
from plumbline.convert.operators.shared.data_movement.random_cases import Movement


def random_dynamic_update_slice(rng: np.random.Generator, name: str) -> Case:
    """Operand and part are inputs or constants; a begin is an input, or a constant that may lie far outside."""
    net = Movement(rng, name, TYPES, rank=int(rng.integers(1, 5)), rescaled=True, sizes=(1, 2, 3, 4))
    shape = net.shape(0)
    sizes = tuple(int(rng.integers(1, size + 1)) for size in shape)
    form, inputs = float(rng.random()), [0]
    if form < 0.2:  # of a constant
        operand, part = net.constant(shape), 0
        net.tensors[0] = TensorSpec("input", sizes, net.tensors[0].scales, net.tensors[0].zero_points, kind=net.tensors[0].kind)
    else:
        operand, part = 0, net.constant(sizes) if form < 0.5 else net.add("update", sizes)
        inputs += [part] if form >= 0.5 else []
    if rng.random() < 0.5:
        net.tensors.append(TensorSpec(f"{name}/begin", (len(shape),), kind=INT32))
        begin = len(net.tensors) - 1
        inputs.append(begin)
    else:
        begin = net.numbers(*(int(each) for each in rng.integers(-3, 6, len(shape))), kind=INT64 if rng.random() < 0.2 else INT32)
    output = net.add("replaced", shape)
    net.apply("DYNAMIC_UPDATE_SLICE", (operand, part, begin), (output,))
    return Case(net.tensors, net.operators, tuple(inputs), (output,))
