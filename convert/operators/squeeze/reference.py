"""SQUEEZE as integers: the same bytes in a shape with fewer dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.options import whole_numbers
from plumbline.convert.operators.shared.checks import arity, options_of, refused
from plumbline.convert.operators.shared.same_bytes.reference import ANY_TYPE, SameBytes, check_same_bytes


@dataclass(frozen=True)
class SqueezeOptions:
    """Options of SQUEEZE."""

    dimensions: Annotated[tuple[int, ...], whole_numbers(0)]
    """Those that go, negative from the back; where none is named, all that are 1."""


def check_squeeze(operator: Operator) -> SameBytes:
    """Check a SQUEEZE operator as SqueezePrepare in squeeze.cc does.

    Raises:
        ModelRefused: a dimension that goes is not 1, or the output has others than those that stay.
        UnsupportedOperator: see `check_same_bytes`.
    """
    options = options_of(operator, SqueezeOptions)
    arity(operator, 1)
    source, target = cast(Tensor, operator.inputs[0]), operator.outputs[0]
    rank = len(source.shape)
    gone = {place + rank if place < 0 else place for place in options.dimensions} or {place for place in range(rank) if source.shape[place] == 1}
    if any(not 0 <= place < rank or source.shape[place] != 1 for place in gone):
        raise refused(operator, f"takes dimensions {sorted(gone)} of {source.shape} away, which are not 1")
    if target.shape != tuple(size for place, size in enumerate(source.shape) if place not in gone):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} without dimensions {sorted(gone)}")
    return check_same_bytes(operator, ANY_TYPE)
