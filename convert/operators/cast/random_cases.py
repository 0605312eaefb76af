"""Random CAST."""

from __future__ import annotations

import numpy as np

from plumbline.convert.model.schema import TENSOR_TYPES
from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.cast.reference import SOURCES, TARGETS
from plumbline.convert.operators.shared.random_values import Shape, random_shape


def random_cast(rng: np.random.Generator, name: str) -> Case:
    """From any type to any other, or the same."""
    shape = random_shape(rng, int(rng.integers(0, 5)))
    kinds = [str(rng.choice(types)) for types in (SOURCES, TARGETS)]
    tensors = [ends(kind, where, shape) for kind, where in zip(kinds, ("input", f"{name}/out"), strict=True)]
    return Case(tensors, [CaseOperator("CAST", (0,), (1,))], (0,), (1,))


def ends(kind: str, name: str, shape: Shape) -> TensorSpec:
    """A tensor, on some scale where its type has one."""
    scales, zeros = ((0.5,), (0,)) if kind in ("INT8", "INT16") else ((), ())
    return TensorSpec(name, shape, scales, zeros, kind=TENSOR_TYPES.index(kind))
