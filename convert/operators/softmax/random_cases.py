"""Random SOFTMAX."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import scale, zero_point
from plumbline.convert.operators.softmax.reference import SoftmaxOptions


def random_softmax(rng: np.random.Generator, name: str) -> Case:
    """Rows of 1 to 20 codes, now and then many; exponents from flat to so steep that one code takes all."""
    depth = int(rng.integers(300, 512) if rng.random() < 0.02 else rng.integers(1, 21))
    steepness = (1e-4, 5.0) if rng.random() < 0.2 else (0.003, 0.05)
    shape = ((depth,), (1, depth), (int(rng.integers(1, 4)), depth), (1, 2, 2, depth))[int(rng.integers(4))]
    tensors = [TensorSpec("input", shape, (scale(rng, *steepness),), (zero_point(rng),)), TensorSpec(f"{name}/out", shape, (1 / 256,), (-128,))]
    options = SoftmaxOptions(1.0 if rng.random() < 0.7 else scale(rng, 0.1, 10))
    return Case(tensors, [CaseOperator("SOFTMAX", (0,), (1,), options)], (0,), (1,))
