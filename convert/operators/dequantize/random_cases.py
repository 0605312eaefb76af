"""Random DEQUANTIZE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import FLOAT32, INT8, INT16, UINT8, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import random_shape, scale, zero_point


def random_dequantize(rng: np.random.Generator, name: str) -> Case:
    """Codes to float32 numbers and back to codes, now and then of a scale so related to the first that many lie on ties."""
    kind = int(rng.choice((INT8, INT8, UINT8, INT16)))
    shape, real = random_shape(rng, int(rng.integers(0, 5))), scale(rng, 1e-30, 1e30) if rng.random() < 0.1 else scale(rng, 0.01, 0.1)
    other = float(np.float32(real * rng.choice((0.5, 2, 4, 6)))) if rng.random() < 0.4 else scale(rng, real / 2, real * 6)
    tensors = [
        TensorSpec("input", shape, (real,), (zero_point(rng) + (128 if kind == UINT8 else 0),), kind=kind),
        TensorSpec(f"{name}/numbers", shape, kind=FLOAT32),
        TensorSpec(f"{name}/out", shape, (other,), (zero_point(rng),), kind=INT16 if kind == INT16 else INT8),
    ]
    return Case(tensors, [CaseOperator("DEQUANTIZE", (0,), (1,)), CaseOperator("QUANTIZE", (1,), (2,))], (0,), (2,))
