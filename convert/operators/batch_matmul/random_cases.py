"""Random BATCH_MATMUL."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.batch_matmul.reference import BatchMatMulOptions
from plumbline.convert.operators.cases import INT8, INT16, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import scale, zero_point


def random_batch_matmul(rng: np.random.Generator, name: str) -> Case:
    """Small matrices, either of them constant or turned, with up to three dimensions of batches, which one of them may lack."""
    rows, depth, columns = int(rng.integers(1, 5)), int(rng.choice((1, 2, 3, 4, 5, 8, 11))), int(rng.integers(1, 5))
    batches = tuple(int(size) for size in rng.choice((1, 2, 3), int(rng.integers(0, 4)), p=(0.4, 0.4, 0.2)))
    turned = bool(rng.integers(2)), bool(rng.integers(2))
    shapes = []
    for number, lines in enumerate((rows, columns)):
        own = tuple(size if rng.random() < 0.75 else 1 for size in batches)[int(rng.integers(0, len(batches) + 1)) if rng.random() < 0.2 else 0 :]
        upright = (lines, depth) if number == 0 else (depth, lines)
        shapes.append((*own, *(upright[::-1] if turned[number] else upright)))
    lead = np.broadcast_shapes(shapes[0][:-2], shapes[1][:-2])
    kind = INT16 if rng.random() < 0.3 else INT8
    zeros = tuple(zero_point(rng) if kind == INT8 else 0 for _ in range(3))
    scales = tuple(scale(rng, 1e-3, 1) for _ in range(2))
    wide = (74 if kind == INT8 else 19000) * np.exp(rng.uniform(-0.5, 1.5))  # a product's size, in units of the output's codes
    scales = (*scales, float(np.float32(scales[0] * scales[1] * wide * np.sqrt(depth))))
    constant = int(rng.integers(3))  # the first, the second, or none
    limits = np.iinfo(np.int8 if kind == INT8 else np.int16)
    tensors = []
    for number, (text, shape) in enumerate((("first", shapes[0]), ("second", shapes[1]), (f"{name}/out", (*lead, rows, columns)))):
        data = rng.integers(limits.min, limits.max, shape, limits.dtype, endpoint=True) if number == constant and number < 2 else None
        text = f"{name}/{text}" if data is not None else text
        tensors.append(TensorSpec(text, shape, scales[number : number + 1], zeros[number : number + 1], data, kind))
    inputs = tuple(number for number in (0, 1) if tensors[number].data is None)
    return Case(tensors, [CaseOperator("BATCH_MATMUL", (0, 1), (2,), BatchMatMulOptions(*turned))], inputs, (2,))
