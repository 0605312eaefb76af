"""Random changes of a shape."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT8, INT16, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import Shape, scale, zero_point

QUANTIZED = (INT8, INT16)


def case_of(
    rng: np.random.Generator, name: str, operator: str, shapes: tuple[Shape, Shape], kind: int, constant: TensorSpec | None, options: object | None
) -> Case:
    """One operator from the first shape to the second, on values of a type.

    Args:
        rng, name: as for every random case.
        operator: its name.
        shapes: of input and output.
        kind: the type's number in TensorType.
        constant: the second input.
        options: the operator's.
    """
    zero = zero_point(rng) if kind == INT8 else 0
    scales, zeros = ((scale(rng, 0.01, 0.1),), (zero,)) if kind in QUANTIZED else ((), ())
    tensors = [TensorSpec("input", shapes[0], scales, zeros, kind=kind), TensorSpec(f"{name}/out", shapes[1], scales, zeros, kind=kind)]
    tensors += [] if constant is None else [constant]
    inputs = (0,) if constant is None else (0, 2)
    return Case(tensors, [CaseOperator(operator, inputs, (1,), options)], (0,), (1,))
