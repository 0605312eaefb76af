"""Random RESHAPE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import scale, zero_point


def random_reshape(rng: np.random.Generator, name: str) -> Case:
    """From 1 to 4 dimensions to 1 to 4 others; the shape is given as a tensor or by the output alone."""
    factors = [int(f) for f in rng.integers(1, 6, int(rng.integers(1, 5)))]
    shapes = [tuple(int(np.prod(part)) for part in np.array_split(rng.permutation(factors), int(rng.integers(1, 5)))) for _ in range(2)]
    real, zero = scale(rng, 0.01, 0.1), zero_point(rng)
    tensors = [TensorSpec("input", shapes[0], (real,), (zero,)), TensorSpec(f"{name}/out", shapes[1], (real,), (zero,))]
    inputs: tuple[int, ...] = (0,)
    if rng.random() < 0.7:
        inputs = (0, 2)
        tensors.append(TensorSpec(f"{name}/shape", (len(shapes[1]),), data=np.array(shapes[1], np.int32), kind=INT32))
    return Case(tensors, [CaseOperator("RESHAPE", inputs, (1,))], (0,), (1,))
