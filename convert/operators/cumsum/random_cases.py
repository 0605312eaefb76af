"""Random CUMSUM."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.cumsum.reference import CumsumOptions
from plumbline.convert.operators.shared.random_values import scale, zero_point


def random_cumsum(rng: np.random.Generator, name: str) -> Case:
    """Along one of 1 to 4 axes, of up to 12 codes, or of so many that sums may wrap around."""
    shape = list(map(int, rng.integers(1, 4, int(rng.integers(1, 5)))))
    axis = int(rng.integers(len(shape)))
    shape[axis] = int(rng.integers(20, 60) if rng.random() < 0.1 else rng.integers(1, 13))
    real = scale(rng, 0.01, 0.1)
    target = scale(rng, real / 1000, real * 1e5) if rng.random() < 0.1 else scale(rng, real, real * 10)
    given = np.array([axis - len(shape) if rng.random() < 0.3 else axis], np.int32)
    tensors = [
        TensorSpec("input", tuple(shape), (real,), (zero_point(rng),)),
        TensorSpec(f"{name}/out", tuple(shape), (target,), (zero_point(rng),)),
        TensorSpec(f"{name}/axis", (1,) if rng.random() < 0.5 else (), data=given, kind=INT32),
    ]
    options = CumsumOptions(bool(rng.integers(2)), bool(rng.integers(2)))
    return Case(tensors, [CaseOperator("CUMSUM", (0, 2), (1,), options)], (0,), (1,))
