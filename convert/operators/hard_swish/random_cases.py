"""Random HARD_SWISH."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import random_shape, scale, zero_point


def random_hard_swish(rng: np.random.Generator, name: str) -> Case:
    """The ramp takes up most of the codes, a few of them, or none but one; the output's scale is near the input's or far above it."""
    shape = random_shape(rng, int(rng.integers(0, 5)))
    real = scale(rng, 1e-7, 1e6) if rng.random() < 0.2 else scale(rng, 0.005, 0.2)
    target = scale(rng, real / 120, real * 1e6) if rng.random() < 0.1 else scale(rng, real / 3, real * 2)
    tensors = [TensorSpec("input", shape, (real,), (zero_point(rng),)), TensorSpec(f"{name}/out", shape, (target,), (zero_point(rng),))]
    return Case(tensors, [CaseOperator("HARD_SWISH", (0,), (1,))], (0,), (1,))
