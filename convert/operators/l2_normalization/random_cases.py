"""Random L2_NORMALIZATION."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.l2_normalization.reference import L2NormOptions
from plumbline.convert.operators.shared.random_values import random_shape, scale, zero_point


def random_l2_normalization(rng: np.random.Generator, name: str) -> Case:
    """Vectors of 1 to 16 codes, now and then of many."""
    depth = int(rng.integers(1000, 2000) if rng.random() < 0.01 else rng.integers(1, 17))
    shape = (*random_shape(rng, int(rng.integers(0, 4))), depth) if depth < 100 else (depth,)
    tensors = [TensorSpec("input", shape, (scale(rng, 1e-4, 100),), (zero_point(rng),)), TensorSpec(f"{name}/out", shape, (1 / 128,), (0,))]
    return Case(tensors, [CaseOperator("L2_NORMALIZATION", (0,), (1,), L2NormOptions("NONE"))], (0,), (1,))
