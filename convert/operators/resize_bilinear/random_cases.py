"""Random RESIZE_BILINEAR."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.resize_bilinear.reference import ResizeBilinearOptions
from plumbline.convert.operators.shared.random_values import pair, scale, zero_point


def random_resize_bilinear(rng: np.random.Generator, name: str) -> Case:
    """Small images, larger or smaller afterwards, or twice as large."""
    image, channels, batches = pair(rng, 5), int(rng.integers(1, 4)), 1 + int(rng.random() < 0.1)
    size = (2 * image[0], 2 * image[1]) if rng.random() < 0.3 else pair(rng, 6)
    options = ResizeBilinearOptions(*((False, False), (True, False), (False, True))[int(rng.integers(3))])
    ends = scale(rng, 1e-3, 1), zero_point(rng)
    source = TensorSpec("input", (batches, *image, channels), ends[:1], (ends[1],))
    target = TensorSpec(f"{name}/out", (batches, *size, channels), ends[:1], (ends[1],))
    sides = TensorSpec(f"{name}/size", (2,), data=np.array(size, np.int32), kind=INT32)
    return Case([source, target, sides], [CaseOperator("RESIZE_BILINEAR", (0, 2), (1,), options)], (0,), (1,))
