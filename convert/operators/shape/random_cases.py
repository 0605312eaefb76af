"""Random SHAPE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import BOOL, INT8, INT16, INT32, UINT8, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared import random_values
from plumbline.convert.operators.squeeze.reference import SqueezeOptions


def random_shape(rng: np.random.Generator, name: str) -> Case:
    """The shape of an input, which is an output as well: without its first dimension, as a model computes its outputs."""
    shape, kind = random_values.random_shape(rng, int(rng.integers(0, 6))), int(rng.choice((INT8, UINT8, INT16, INT32, BOOL)))
    scales, zeros = ((0.5,), (0,)) if kind in (INT8, INT16) else ((), ())
    tensors = [
        TensorSpec("input", (1, *shape), scales, zeros, kind=kind),
        TensorSpec(f"{name}/shape", (1 + len(shape),), kind=INT32),
        TensorSpec(f"{name}/squeezed", shape, scales, zeros, kind=kind),
    ]
    return Case(tensors, [CaseOperator("SHAPE", (0,), (1,)), CaseOperator("SQUEEZE", (0,), (2,), SqueezeOptions((0,)))], (0,), (1, 2))
