"""Random QUANTIZE."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.schema import TENSOR_TYPES
from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.quantize.requantize import PAIRS
from plumbline.convert.operators.shared.lookup.random_cases import random_unary
from plumbline.convert.operators.shared.random_values import random_shape, scale, zero_point

WIDTHS = {"INT8": 8, "UINT8": 8, "INT16": 16, "INT32": 32}


def random_quantize(rng: np.random.Generator, name: str) -> Case:
    """Half of the cases between int8 scales, the others between any two types; most outputs' ranges are near the inputs'."""
    if rng.random() < 0.5:
        return random_unary(rng, name, operator="QUANTIZE")
    pairs = [(source, target) for source, targets in PAIRS.items() for target in targets if (source, target) != ("INT8", "INT8")]
    source, target = pairs[int(rng.integers(len(pairs)))]
    shape, real = random_shape(rng, int(rng.integers(0, 4))), scale(rng, 0.001, 0.1)
    ratio = 2.0 ** (WIDTHS[source] - WIDTHS[target]) if target != "INT32" else 2.0 ** -int(rng.integers(0, 13))
    near = 1.0 if {source, target} == {"INT8", "UINT8"} and rng.random() < 0.4 else float(np.exp(rng.uniform(np.log(0.4), np.log(3))))
    tensors = [
        TensorSpec("input", shape, (real,), (offset(rng, source),), kind=TENSOR_TYPES.index(source)),
        TensorSpec(f"{name}/out", shape, (float(np.float32(real * ratio * near)),), (offset(rng, target),), kind=TENSOR_TYPES.index(target)),
    ]
    return Case(tensors, [CaseOperator("QUANTIZE", (0,), (1,))], (0,), (1,))


def offset(rng: np.random.Generator, kind: str) -> int:
    """A zero point; that of an int32 is 0."""
    zero = zero_point(rng)
    return {"INT8": zero, "UINT8": zero + 128, "INT16": 100 * zero if rng.random() < 0.2 else 0, "INT32": 0}[kind]
