"""Random pools."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plumbline.convert.operators.cases import INT8, INT16, Case, CaseOperator
from plumbline.convert.operators.shared.pool_2d.reference import Pool2DOptions
from plumbline.convert.operators.shared.random_values import fused_activation, scale, zero_point
from plumbline.convert.operators.shared.window.random_cases import image_tensor, random_geometry


def random_pool(rng: np.random.Generator, name: str, operator: str) -> Case:
    geometry, real, zero = random_geometry(rng, dilated=False), scale(rng, 0.01, 0.1), zero_point(rng)
    kind = INT8
    if rng.random() < 0.2:
        real, zero, kind = scale(rng, 2.1e-4, 1e-2), 0, INT16
    other = float(np.float32(real) + np.float32(5e-7)) if rng.random() < 0.05 else real  # within what TFLM lets pass
    source = image_tensor("input", geometry, geometry.image, geometry.channels, real, zero)
    target = image_tensor(f"{name}/out", geometry, geometry.outputs, geometry.channels, other, zero)
    options = Pool2DOptions(geometry.padding, geometry.strides, geometry.taps, fused_activation(rng))
    tensors = [replace(tensor, kind=kind) for tensor in (source, target)]
    return Case(tensors, [CaseOperator(operator, (0,), (1,), options)], (0,), (1,))
