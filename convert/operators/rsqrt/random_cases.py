"""Random RSQRT."""

from __future__ import annotations

import math

import numpy as np

from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import random_shape, scale, zero_point


def random_rsqrt(rng: np.random.Generator, name: str) -> Case:
    """The output's scale spreads the roots of most codes, or few of them, over its codes."""
    shape = random_shape(rng, int(rng.integers(0, 5)))
    real = scale(rng, 1e-6, 1e6) if rng.random() < 0.1 else scale(rng, 0.001, 0.1)
    spread = 1 / (127 * math.sqrt(real))
    target = scale(rng, spread / 1000, spread * 1000) if rng.random() < 0.1 else scale(rng, spread / 10, spread)
    tensors = [TensorSpec("input", shape, (real,), (-128,)), TensorSpec(f"{name}/out", shape, (target,), (zero_point(rng),))]
    return Case(tensors, [CaseOperator("RSQRT", (0,), (1,))], (0,), (1,))
