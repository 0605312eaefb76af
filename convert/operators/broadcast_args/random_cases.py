"""Random BROADCAST_ARGS."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT32, Case, CaseOperator, TensorSpec


def random_broadcast_args(rng: np.random.Generator, name: str) -> Case:
    """Any shape with a constant on either side that is 1 wherever the other has a size, or with itself: all else makes TFLM abort."""
    rank, known = (int(count) for count in rng.integers(1, 7, 2))
    sizes = np.ones(known, np.int32)
    sizes[: max(0, known - rank)] = rng.integers(1, 50, max(0, known - rank))
    alone = rng.random() < 0.2
    tensors = [
        TensorSpec("input", (rank,), kind=INT32),
        TensorSpec(f"{name}/out", (rank if alone else max(rank, known),), kind=INT32),
        TensorSpec(f"{name}/ones", (known,), data=sizes, kind=INT32),
    ]
    inputs = (0, 0) if alone else (0, 2) if rng.random() < 0.5 else (2, 0)
    return Case(tensors, [CaseOperator("BROADCAST_ARGS", inputs, (1,))], (0,), (1,))
