"""RESHAPE as integers: the same bytes in another shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.options import whole_numbers
from plumbline.convert.operators.shared.checks import arity, refused, unsupported
from plumbline.convert.operators.shared.data_movement.reference import EVERY_TYPE, Values, moved

TYPES = EVERY_TYPE


@dataclass(frozen=True)
class ReshapeOptions:
    """Options of RESHAPE; the output tensor's own shape is what counts."""

    shape: Annotated[tuple[int, ...], whole_numbers(0)]


@dataclass(frozen=True)
class ReshapeReference:
    """Copies `elements` values."""

    elements: int

    def answer(self, values: Values) -> Values:
        """Answer values (N, elements) with themselves."""
        return values


def check_reshape(operator: Operator) -> ReshapeReference:
    """Check a RESHAPE operator.

    The new shape is the output tensor's; TFLM does not read the constant that repeats it either (ReshapeOutput in reshape_common.cc).

    Raises:
        ModelRefused: the number of elements changes.
        UnsupportedOperator: the shape is computed at run time.
    """
    arity(operator, 1, 2)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    moved(operator, operator.inputs[:1], operator.outputs, (*TYPES, "INT64"))
    if len(operator.inputs) == 2 and operator.inputs[1] is not None and operator.inputs[1].data is None:
        raise unsupported(operator, "to a shape computed at run time")
    if source.elements != target.elements:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    return ReshapeReference(source.elements)
