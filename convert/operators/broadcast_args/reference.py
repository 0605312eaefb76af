"""BROADCAST_ARGS as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.shared.checks import arity, refused, unsupported

TYPES = ("INT32", "INT64")


@dataclass(frozen=True)
class BroadcastArgs:
    """The larger of two sizes of each dimension, counted from the last one; a dimension that one shape lacks is 1."""

    counts: tuple[int, int]
    """Dimensions of the first shape and of the second."""
    constants: tuple[NDArray[Any] | None, NDArray[Any] | None]
    """A shape that is a constant."""

    @property
    def count(self) -> int:
        return max(self.counts)

    def answer(self, *sources: NDArray[Any]) -> NDArray[Any]:
        """Answer shapes (N, rank) with shapes (N, largest rank), as BroadcastArgs in reference/broadcast_args.h does.

        TFLM aborts where two sizes differ of which none is 1; here the first one counts.
        """
        given, rows = iter(sources), len(sources[0])
        first, second = (self.extended(next(given) if each is None else np.broadcast_to(each, (rows, len(each)))) for each in self.constants)
        return np.where(first == 1, second, first)

    def extended(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """Shapes (N, rank) with dimensions of 1 before their own."""
        return np.pad(shapes, ((0, 0), (self.count - shapes.shape[1], 0)), constant_values=1)


def check_broadcast_args(operator: Operator) -> BroadcastArgs:
    """Check a BROADCAST_ARGS operator, as BroadcastArgsPrepare in broadcast_args.cc does.

    Raises:
        ModelRefused: its tensors contradict each other, or no shape fits both constants.
        UnsupportedOperator: it is of another type, or of two constants.
    """
    arity(operator, 2)
    if operator.inputs[1] is None:
        raise refused(operator, "has one shape")
    shapes, target = cast(tuple[Tensor, Tensor], operator.inputs), operator.outputs[0]
    if target.type not in TYPES or any(each.type != target.type for each in shapes):
        raise unsupported(operator, f"of types {shapes[0].type} and {shapes[1].type} to {target.type}")
    if any(len(each.shape) != 1 for each in (*shapes, target)) or target.elements != max(each.elements for each in shapes):
        raise refused(operator, f"maps shapes {shapes[0].shape} and {shapes[1].shape} to {target.shape}")
    first, second = (None if each.data is None else each.values() for each in shapes)
    if first is not None and second is not None:
        raise unsupported(operator, "of two constants")
    return BroadcastArgs((shapes[0].elements, shapes[1].elements), (first, second))
