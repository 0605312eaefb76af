"""ZEROS_LIKE as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.shared.checks import arity, refused, unsupported

TYPES = ("INT8", "INT32", "INT64", "FLOAT32")
"""Of TFLM's kernel (ZerosLikeEval in zeros_like.cc)."""


@dataclass(frozen=True)
class ZerosLikeReference:
    """`elements` zeros, whatever the input holds."""

    elements: int
    dtype: np.dtype[Any]

    def answer(self, values: NDArray[Any]) -> NDArray[Any]:
        """Answer values (N, elements) with as many zeros: codes of 0, as TFLM does, not the zero point."""
        return np.zeros((len(values), self.elements), self.dtype)


def check_zeros_like(operator: Operator) -> ZerosLikeReference:
    """Check a ZEROS_LIKE operator.

    Raises:
        ModelRefused: the output has another type or shape.
        UnsupportedOperator: TFLM's kernel lacks the type.
    """
    arity(operator, 1)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    if source.type not in TYPES:
        raise unsupported(operator, f"with {source.name} of type {source.type}")
    if (source.type, source.shape) != (target.type, target.shape):
        raise refused(operator, f"maps {source.type} {source.shape} to {target.type} {target.shape}")
    return ZerosLikeReference(target.elements, target.dtype)
