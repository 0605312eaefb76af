"""Random CONV_2D."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT8, Case, CaseOperator
from plumbline.convert.operators.conv_2d.reference import Conv2DOptions
from plumbline.convert.operators.shared.random_values import fused_activation, scale, zero_point
from plumbline.convert.operators.shared.weighted.random_cases import ends_type, packed, random_weights, random_wide_weights
from plumbline.convert.operators.shared.window.random_cases import image_tensor, random_geometry


def random_conv_2d(rng: np.random.Generator, name: str) -> Case:
    geometry, outputs = random_geometry(rng, dilated=True), int(rng.integers(1, 6))
    ends = scale(rng, 1e-3, 1), scale(rng, 0.01, 0.1)
    groups = int(rng.choice([n for n in range(1, geometry.channels + 1) if geometry.channels % n == 0])) if rng.random() < 0.2 else 1
    outputs *= groups
    shape, kind, narrow = (outputs, *geometry.taps, geometry.channels // groups), ends_type(rng), bool(rng.random() < 0.6)
    constants = random_weights(rng, name, shape, 0, *ends) if kind == INT8 else random_wide_weights(rng, name, shape, 0, *ends, narrow)
    if kind == INT8 and rng.random() < 0.1:
        constants[0] = packed(constants[0])
    source = image_tensor("input", geometry, geometry.image, geometry.channels, ends[0], zero_point(rng), kind)
    target = image_tensor(f"{name}/out", geometry, geometry.outputs, outputs, ends[1], zero_point(rng), kind)
    inputs = (0, 2, 3) if len(constants) == 2 else ((0, 2), (0, 2, -1))[int(rng.integers(2))]
    options = Conv2DOptions(geometry.padding, geometry.strides, geometry.dilations, fused_activation(rng), "INT32" if narrow else "FLOAT32")
    return Case([source, target, *constants], [CaseOperator("CONV_2D", inputs, (1,), options)], (0,), (1,))
