"""Random LOG_SOFTMAX."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import scale, zero_point


def random_log_softmax(rng: np.random.Generator, name: str) -> Case:
    """Rows of 1 to 20 codes, now and then many; exponents from flat to so steep that one code takes all."""
    depth = int(rng.integers(300, 4096) if rng.random() < 0.02 else rng.integers(1, 21))
    real = scale(rng, 1e-4, 40) if rng.random() < 0.2 else scale(rng, 0.003, 0.1)
    shape = ((depth,), (1, depth), (int(rng.integers(1, 4)), depth), (1, 2, 2, depth))[int(rng.integers(4)) if depth < 100 else 0]
    tensors = [TensorSpec("input", shape, (real,), (zero_point(rng),)), TensorSpec(f"{name}/out", shape, (1 / 16,), (127,))]
    return Case(tensors, [CaseOperator("LOG_SOFTMAX", (0,), (1,))], (0,), (1,))
