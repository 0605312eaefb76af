"""Random REDUCE_ALL."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import BOOL, Case, TensorSpec
from plumbline.convert.operators.shared.reduction.random_cases import random_axes


def random_reduce_all(rng: np.random.Generator, name: str) -> Case:
    """Over few numbers at a time, for otherwise hardly any are all true."""
    axes = random_axes(rng)
    small = axes.of_shape(tuple(min(size, 2) if axis in axes.resolved else size for axis, size in enumerate(axes.shape)))
    tensors = [TensorSpec("input", small.shape, kind=BOOL), TensorSpec(f"{name}/out", small.result, kind=BOOL), small.tensor(name)]
    return small.case("REDUCE_ALL", tensors)
