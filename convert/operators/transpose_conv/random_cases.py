"""Random TRANSPOSE_CONV."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plumbline.convert.operators.cases import INT8, INT16, INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import fused_activation, pair, scale, zero_point
from plumbline.convert.operators.shared.weighted.random_cases import ends_type, random_weights, random_wide_weights
from plumbline.convert.operators.transpose_conv.reference import TransposeConvOptions


def random_transpose_conv(rng: np.random.Generator, name: str) -> Case:
    """Small images and windows; the output is as large as TensorFlow makes it, or has rows that no input meets; its shape may be an input."""
    image, taps, strides, padding = pair(rng, 3), pair(rng, 3), pair(rng, 3), str(rng.choice(("SAME", "VALID")))
    channels, outputs, batches = int(rng.choice((1, 2, 3, 4, 5, 9))), int(rng.integers(1, 4)), 1 + int(rng.random() < 0.1)
    least = [side * stride if padding == "SAME" else (side - 1) * stride + tap for side, stride, tap in zip(image, strides, taps, strict=True)]
    sides = [side + int(rng.integers(stride)) * (rng.random() < 0.3) for side, stride in zip(least, strides, strict=True)]
    kind, ends = ends_type(rng), (scale(rng, 1e-3, 1), scale(rng, 0.01, 0.1))
    shape = (outputs, *taps, channels)
    constants = random_weights(rng, name, shape, 0, *ends) if kind == INT8 else random_wide_weights(rng, name, shape, 0, *ends, narrow=False)
    if kind == INT16 and len(constants) == 2 and rng.random() < 0.3:
        constants[1] = replace(constants[1], data=np.asarray(constants[1].data, np.int64).clip(-(2**15), 2**15 - 1).astype(np.int16), kind=INT16)
    zeros = (zero_point(rng), zero_point(rng)) if kind == INT8 else (0, 0)
    source = TensorSpec("input", (batches, *image, channels), ends[:1], zeros[:1], kind=kind)
    target = TensorSpec(f"{name}/out", (batches, *sides, outputs), ends[1:], zeros[1:], kind=kind)
    size = TensorSpec(f"{name}/shape", (4,), data=np.array(target.shape, np.int32), kind=INT32)
    inputs = (2, 3, 0, 4) if len(constants) == 2 else (2, 3, 0)
    options = TransposeConvOptions(padding, strides, fused_activation(rng))
    given = rng.random() < 0.1
    if given:
        size = replace(size, data=None)
    return Case([source, target, size, *constants], [CaseOperator("TRANSPOSE_CONV", inputs, (1,), options)], (0, 2) if given else (0,), (1,))
