"""SHAPE as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.shared.checks import arity, refused, unsupported


@dataclass(frozen=True)
class ShapeReference:
    """The same numbers, whatever the input holds."""

    shape: tuple[int, ...]

    def answer(self, values: NDArray[Any]) -> NDArray[np.int32]:
        """Answer values (N, elements) with the dimensions (N, rank), as ExtractShape in shape.cc does."""
        return np.tile(np.array(self.shape, np.int32), (len(values), 1))


def check_shape(operator: Operator) -> ShapeReference:
    """Check a SHAPE operator.

    Raises:
        ModelRefused: the output has another number of elements.
        UnsupportedOperator: the output is not int32, the only type of TFLM's kernel.
    """
    arity(operator, 1)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    if target.type != "INT32":
        raise unsupported(operator, f"to {target.name} of type {target.type}")
    if target.elements != len(source.shape):
        raise refused(operator, f"of {source.shape} writes {target.elements} numbers")
    return ShapeReference(source.shape)
