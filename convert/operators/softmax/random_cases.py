"""Random SOFTMAX."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plumbline.convert.operators.cases import INT16, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import scale, zero_point
from plumbline.convert.operators.softmax.reference import LARGEST_SUM, SoftmaxOptions


def random_softmax(rng: np.random.Generator, name: str) -> Case:
    """Rows of 1 to 20 codes, now and then as many as ImageNet has classes; exponents from flat to so steep that one code takes all; int8, int8
    to int16, or int16."""
    depth = int(rng.integers(300, 1100) if rng.random() < 0.02 else rng.integers(1, 21))
    steepness = (1e-4, 5.0) if rng.random() < 0.2 else (0.003, 0.05)
    if depth >= LARGEST_SUM:
        steepness = (0.02, 0.2)  # with flatter ones TFLM stops at most inputs
    shape = ((depth,), (1, depth), (int(rng.integers(1, 4)), depth), (1, 2, 2, depth))[int(rng.integers(4))]
    tensors = [TensorSpec("input", shape, (scale(rng, *steepness),), (zero_point(rng),)), TensorSpec(f"{name}/out", shape, (1 / 256,), (-128,))]
    kind = rng.random()
    if kind < 0.4:
        share = 1 / 65536 if rng.random() < 0.5 else 1 / 65535  # which TFLM lets pass
        tensors[1] = replace(tensors[1], scales=(share,), zero_points=(-32768,), kind=INT16)
    if kind < 0.2:
        steepness = (1e-7, 0.02) if rng.random() < 0.2 else (1e-5, 3e-4)
        tensors[0] = replace(tensors[0], scales=(scale(rng, *steepness),), zero_points=(0,), kind=INT16)
        tensors[1] = replace(tensors[1], scales=(1 / 32768,), zero_points=(0,))
    options = SoftmaxOptions(1.0 if rng.random() < 0.7 else scale(rng, 0.1, 10))
    return Case(tensors, [CaseOperator("SOFTMAX", (0,), (1,), options)], (0,), (1,))
