"""Random SVDF."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT8, INT16, INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import fused_activation, scale, zero_point
from plumbline.convert.operators.svdf.reference import SVDFOptions


def random_svdf(rng: np.random.Generator, name: str) -> Case:
    """A few filters, alone or two to an output, with a state of int8 or int16 that saturates now and then."""
    batches, rank, units = 1 + int(rng.random() < 0.2), int(rng.integers(1, 4)), int(rng.integers(1, 5))
    inputs, memory, filters = int(rng.integers(1, 12)), int(rng.integers(1, 8)), rank * units
    wide = bool(rng.random() < 0.4)
    kind, dtype, most = (INT16, np.int16, 32767) if wide else (INT8, np.int8, 127)
    source_scale, state_scale = scale(rng, 1e-3, 1), scale(rng, 1e-5, 1e-3) if wide else scale(rng, 1e-3, 0.1)
    weights = rng.integers(-127, 128, (filters, inputs)).astype(np.int8)
    bound = most if rng.random() < 0.3 else most // 8
    time = rng.integers(-bound, bound + 1, (filters, memory)).astype(dtype)
    spread = most * np.exp(rng.uniform(np.log(0.1), np.log(1.5)))
    weight_scale = float(np.float32(state_scale * spread / (source_scale * 74 * 74 * np.sqrt(inputs))))
    sums = spread * bound * 0.6 * np.sqrt(rank * memory)
    time_scale = scale(rng, 1e-4, 1e-3)
    output_scale = float(np.float32(state_scale * time_scale * sums / np.exp(rng.uniform(np.log(30), np.log(150)))))
    product = float(np.float32(np.float32(state_scale) * np.float32(time_scale)))
    bias = np.round(rng.normal(0, sums / 4, units)).clip(-(2**28), 2**28).astype(np.int32)
    zero = 0 if wide else zero_point(rng)
    tensors = [
        TensorSpec("input", (batches, inputs), (source_scale,), (zero_point(rng),)),
        TensorSpec(f"{name}/weights", (filters, inputs), (weight_scale,), (0,), weights),
        TensorSpec(f"{name}/time", (filters, memory), (time_scale,), (0,), time, kind),
        TensorSpec(f"{name}/bias", (units,), (product,), (0,), bias, INT32),
        TensorSpec(f"{name}/state", (batches, filters * memory), (state_scale,), (zero,), kind=kind, variable=True),
        TensorSpec(f"{name}/out", (batches, units), (output_scale,), (zero_point(rng),)),
    ]
    return Case(tensors, [CaseOperator("SVDF", (0, 1, 2, 3, 4), (5,), SVDFOptions(rank, fused_activation(rng)))], (0,), (5,))
