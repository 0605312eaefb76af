"""RESIZE_NEAREST_NEIGHBOR as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import flag
from plumbline.convert.operators.shared.checks import arity, options_of, refused
from plumbline.convert.operators.shared.data_movement.loops import taken
from plumbline.convert.operators.shared.data_movement.reference import Moves, integers, moved

TYPES = ("INT8", "INT16")
"""Of TFLM's kernel (ResizeNearestNeighborEval in resize_nearest_neighbor.cc)."""


@dataclass(frozen=True)
class ResizeNearestNeighborOptions:
    """Options of RESIZE_NEAREST_NEIGHBOR."""

    align_corners: Annotated[bool, flag(0)]
    """Whether the outermost pixels of input and output lie in the same places."""
    half_pixel_centers: Annotated[bool, flag(1)]
    """Whether a pixel's place is its middle, not its corner."""


def check_resize_nearest_neighbor(operator: Operator) -> Moves:
    """Check a RESIZE_NEAREST_NEIGHBOR operator and work out its loops.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, ResizeNearestNeighborOptions)
    arity(operator, 2)
    (source,), target = moved(operator, operator.inputs[:1], operator.outputs, TYPES), operator.outputs[0]
    size = integers(operator, 1, "sizes", 2)
    if len(source.shape) != 4 or target.shape != (source.shape[0], *size, source.shape[3]) or min(target.shape) < 1:
        raise refused(operator, f"maps shape {source.shape} to {target.shape} by the sizes {size}")
    batches, height, width, depth = source.shape
    places = [range(batches), nearest(height, size[0], options), nearest(width, size[1], options), range(depth)]
    return Moves((source.shape,), (target.shape,), target.type, (taken(source.shape, places),))


def nearest(size: int, wanted: int, options: ResizeNearestNeighborOptions) -> list[int]:
    """The place that each of so many is taken from, in float32 as GetNearestNeighbor in resize_nearest_neighbor.h; halves are rounded up."""
    one = np.float32(1)
    ratio = (size - 1) * one / np.float32(wanted - 1) if options.align_corners and wanted > 1 else size * one / np.float32(wanted)
    at = (np.arange(wanted, dtype=np.float32) + np.float32(options.half_pixel_centers) / 2) * ratio
    whole = np.floor(at.astype(np.float64) + 0.5) if options.align_corners else np.floor(at)
    return [int(place) for place in np.minimum(whole, size - 1)]
