"""What RESHAPE, EXPAND_DIMS and SQUEEZE share: the same bytes in another shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from numpy.typing import NDArray

from plumbline.convert.model.graph import C_TYPES, Operator, Tensor
from plumbline.convert.operators.shared.checks import refused, unsupported

ANY_TYPE = tuple(C_TYPES)


@dataclass(frozen=True)
class SameBytes:
    """Copies `elements` values."""

    elements: int

    def answer(self, values: NDArray[Any]) -> NDArray[Any]:
        """Answer values (N, elements) with themselves."""
        return values


def check_same_bytes(operator: Operator, types: tuple[str, ...]) -> SameBytes:
    """Check what the first input and the output have in common; scales and zero points are those of the output, as in TFLM.

    Args:
        operator: has been checked for its number of inputs and outputs.
        types: that its kernel takes.

    Raises:
        ModelRefused: the number of elements or the type changes.
        UnsupportedOperator: the type is none of these, or the input is a constant.
    """
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    if source.type not in types:
        raise unsupported(operator, f"with {source.name} of type {source.type}")
    if source.type != target.type:
        raise refused(operator, f"maps type {source.type} to {target.type}")
    if source.data is not None:
        raise unsupported(operator, "of a constant")
    if source.elements != target.elements:
        raise refused(operator, f"maps shape {source.shape} to {target.shape}")
    return SameBytes(source.elements)
