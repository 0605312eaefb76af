"""Random MEAN."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.mean.reference import ReducerOptions
from plumbline.convert.operators.shared.random_values import scale, zero_point


def random_mean(rng: np.random.Generator, name: str) -> Case:
    """Over any axes of 1 to 5 dimensions, counted from either end, some twice; images over height and width among them."""
    shape = tuple(int(size) for size in rng.integers(1, 7, int(rng.integers(1, 6))))
    axes = rng.choice(len(shape), int(rng.integers(1, len(shape) + 1)), replace=rng.random() < 0.2)
    if rng.random() < 0.3:
        shape, axes = (int(rng.integers(1, 3)), *(int(size) for size in rng.integers(1, 9, 3))), rng.permutation((1, 2))
    keep = bool(rng.integers(2))
    result = tuple(1 if axis in axes else size for axis, size in enumerate(shape) if keep or axis not in axes)
    real, zero = scale(rng, 0.01, 0.1), zero_point(rng)
    spread = real / np.sqrt(np.prod([shape[axis] for axis in axes]))
    target = (real, zero) if rng.random() < 0.3 else (scale(rng, spread / 2, spread * 4), zero_point(rng))
    if rng.random() < 0.1:
        target = (scale(rng, real / 1000, real * 1e5), zero_point(rng))
    given = np.where(rng.random(len(axes)) < 0.3, axes - len(shape), axes).astype(np.int32)
    tensors = [
        TensorSpec("input", shape, (real,), (zero,)),
        TensorSpec(f"{name}/out", result, (target[0],), (target[1],)),
        TensorSpec(f"{name}/axes", given.shape if len(given) > 1 or rng.random() < 0.5 else (), data=given, kind=INT32),
    ]
    return Case(tensors, [CaseOperator("MEAN", (0, 2), (1,), ReducerOptions(keep))], (0,), (1,))
