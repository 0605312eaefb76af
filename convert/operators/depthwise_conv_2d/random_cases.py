"""Random DEPTHWISE_CONV_2D, half of them of the form that runs on the DSP instructions."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT8, Case, CaseOperator
from plumbline.convert.operators.depthwise_conv_2d.reference import DepthwiseConv2DOptions
from plumbline.convert.operators.shared.random_values import fused_activation, scale, zero_point
from plumbline.convert.operators.shared.weighted.random_cases import ends_type, packed, random_weights, random_wide_weights
from plumbline.convert.operators.shared.window.random_cases import image_tensor, random_geometry


def random_depthwise_conv_2d(rng: np.random.Generator, name: str) -> Case:
    geometry, multiplier = random_geometry(rng, dilated=True, usual=0.5), int(rng.choice((1, 1, 1, 2, 3)))
    outputs = geometry.channels * multiplier
    ends = scale(rng, 1e-3, 1), scale(rng, 0.01, 0.1)
    shape, kind = (1, *geometry.taps, outputs), ends_type(rng)
    constants = random_weights(rng, name, shape, 3, *ends) if kind == INT8 else random_wide_weights(rng, name, shape, 3, *ends, narrow=False)
    if kind == INT8 and rng.random() < 0.1:
        constants[0] = packed(constants[0])
    source = image_tensor("input", geometry, geometry.image, geometry.channels, ends[0], zero_point(rng), kind)
    target = image_tensor(f"{name}/out", geometry, geometry.outputs, outputs, ends[1], zero_point(rng), kind)
    inputs = (0, 2, 3) if len(constants) == 2 else (0, 2)
    options = DepthwiseConv2DOptions(geometry.padding, geometry.strides, geometry.dilations, multiplier, fused_activation(rng))
    return Case([source, target, *constants], [CaseOperator("DEPTHWISE_CONV_2D", inputs, (1,), options)], (0,), (1,))
