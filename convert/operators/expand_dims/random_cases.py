"""Random EXPAND_DIMS."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT8, INT16, INT32, Case, TensorSpec
from plumbline.convert.operators.shared.random_values import random_shape
from plumbline.convert.operators.shared.same_bytes.random_cases import case_of


def random_expand_dims(rng: np.random.Generator, name: str) -> Case:
    """A new axis at any place, counted from either end and given as a scalar or a vector of one."""
    shape = random_shape(rng, int(rng.integers(0, 5)))
    place = int(rng.integers(len(shape) + 1))
    named = place - len(shape) - 1 if rng.random() < 0.4 else place
    dimensions: tuple[int, ...] = () if rng.random() < 0.5 else (1,)
    axis = TensorSpec(f"{name}/axis", dimensions, data=np.full(dimensions, named, np.int32), kind=INT32)
    shapes = (shape, (*shape[:place], 1, *shape[place:]))
    return case_of(rng, name, "EXPAND_DIMS", shapes, int(rng.choice((INT8, INT8, INT16))), axis, None)
