"""RESHAPE as integers: the same bytes in another shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import whole_numbers
from plumbline.convert.operators.shared.checks import arity
from plumbline.convert.operators.shared.same_bytes.reference import ANY_TYPE, SameBytes, check_same_bytes


@dataclass(frozen=True)
class ReshapeOptions:
    """Options of RESHAPE; the output tensor's own shape is what counts."""

    shape: Annotated[tuple[int, ...], whole_numbers(0)]


def check_reshape(operator: Operator) -> SameBytes:
    """Check a RESHAPE operator.

    The new shape is the output tensor's; TFLM does not read the input that repeats it either, constant or not (ReshapeOutput in reshape_common.cc).

    Raises:
        ModelRefused, UnsupportedOperator: see `check_same_bytes`.
    """
    arity(operator, 1, 2)
    return check_same_bytes(operator, ANY_TYPE)
