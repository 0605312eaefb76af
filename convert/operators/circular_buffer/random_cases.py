"""Random CIRCULAR_BUFFER."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT32, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.circular_buffer.reference import CircularBufferOptions
from plumbline.convert.operators.shared.random_values import scale, zero_point
from plumbline.convert.operators.strided_slice.reference import StridedSliceOptions


def random_circular_buffer(rng: np.random.Generator, name: str) -> Case:
    """One or two buffers, the second behind a slot of the first; at the end one that never ends an inference, or an operator behind all."""
    rows, width = int(rng.integers(1, 3)), int(rng.integers(1, 6))
    codes = ((scale(rng, 0.01, 0.1),), (zero_point(rng),))
    tensors = [TensorSpec("input", (1, 1, rows, width), *codes)]
    operators: list[CaseOperator] = []
    source, each_time = 0, True
    for _ in range(int(rng.integers(1, 3))):
        if operators:
            source = slot(tensors, operators, name, source, int(rng.integers(tensors[source].shape[1])))
        slots = int(rng.choice((1, 2, 3, 4, 5, 13)))
        cycles = int(rng.choice((0, 1, 1, 2, 3)))
        each_time = cycles == 1 or (cycles == 0 and slots in (5, 13))
        tensors.append(TensorSpec(f"{name}_buffer{len(tensors)}", (1, slots, rows, width), *codes, variable=True))
        operators.append(CaseOperator("CUSTOM:CIRCULAR_BUFFER", (source,), (len(tensors) - 1,), CircularBufferOptions(cycles)))
        source = len(tensors) - 1
    if not each_time or rng.random() < 0.5:
        tensors.append(TensorSpec(f"{name}_out", tensors[source].shape, *codes))
        operators.append(CaseOperator("RELU", (source,), (len(tensors) - 1,)))
    return Case(tensors, operators, (0,), (len(tensors) - 1,))


def slot(tensors: list[TensorSpec], operators: list[CaseOperator], name: str, source: int, number: int) -> int:
    """One slot of a buffer."""
    _, _, rows, width = tensors[source].shape
    bounds = ((0, number, 0, 0), (1, number + 1, rows, width), (1, 1, 1, 1))
    first = len(tensors)
    tensors += [TensorSpec(f"{name}_number{first + i}", (4,), data=np.array(each, np.int32), kind=INT32) for i, each in enumerate(bounds)]
    tensors.append(TensorSpec(f"{name}_slot{first}", (1, 1, rows, width), tensors[source].scales, tensors[source].zero_points))
    options = StridedSliceOptions(0, 0, 0, 0, 0, False)
    operators.append(CaseOperator("STRIDED_SLICE", (source, first, first + 1, first + 2), (first + 3,), options))
    return first + 3
