"""Random ZEROS_LIKE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT8, INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import random_shape
from plumbline.convert.operators.squeeze.reference import SqueezeOptions


def random_zeros_like(rng: np.random.Generator, name: str) -> Case:
    """Zeros for an input, which is an output as well: without its first dimension, as a model computes its outputs."""
    shape, kind = random_shape(rng, int(rng.integers(0, 5))), int(rng.choice((INT8, INT32)))
    scales, zeros = ((0.5,), (7,)) if kind == INT8 else ((), ())
    tensors = [
        TensorSpec("input", (1, *shape), scales, zeros, kind=kind),
        TensorSpec(f"{name}/zeros", (1, *shape), scales, zeros, kind=kind),
        TensorSpec(f"{name}/squeezed", shape, scales, zeros, kind=kind),
    ]
    return Case(tensors, [CaseOperator("ZEROS_LIKE", (0,), (1,)), CaseOperator("SQUEEZE", (0,), (2,), SqueezeOptions((0,)))], (0,), (1, 2))
