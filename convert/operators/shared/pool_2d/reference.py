"""What MAX_POOL_2D and AVERAGE_POOL_2D share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization
from plumbline.convert.operators.fixed_point import ENDS
from plumbline.convert.operators.options import activation, padding, pair
from plumbline.convert.operators.shared.checks import FUSED, activations, arity, codes_passed, options_of, refused
from plumbline.convert.operators.shared.window.reference import Window, window


@dataclass(frozen=True)
class Pool2DOptions:
    """Options of MAX_POOL_2D and AVERAGE_POOL_2D; pairs are (height, width)."""

    padding: Annotated[str, padding(0)]
    strides: Annotated[tuple[int, int], pair(2, 1)]
    filter: Annotated[tuple[int, int], pair(4, 3)]
    activation: Annotated[str, activation(5)]


ACCEPTS = f"int8 or int16; input and output of one scale and zero point; any window, strides and padding; {FUSED}"
TYPES = ("INT8", "INT16")
LARGEST_AREA = {"INT8": 2**23, "INT16": 2**15}
"""Codes that sum up below 2**31 with their half for rounding."""

SCALE_TOLERANCE = 1e-6
"""TFLM's pools (PoolingPrepare in pooling_common.cc) accept scales of input and output that differ by this much, and ignore the difference."""


@dataclass(frozen=True)
class Pool2D:
    """A window over each channel; what lies outside the image does not count. Codes are kept between `lowest` and `highest`."""

    window: Window
    quantization: Quantization
    lowest: int
    highest: int
    activation: str
    limits: tuple[int, int]
    """Lowest and highest code of the tensors' type."""

    def images(self, codes: NDArray[Any]) -> NDArray[np.int64]:
        """Input codes (N, batches * height * width * channels) as images (N * batches, height, width, channels)."""
        w = self.window
        return codes.reshape(-1, w.rows.inputs, w.columns.inputs, w.channels).astype(np.int64)

    def filled(self, images: NDArray[np.int64], value: int) -> NDArray[np.int64]:
        """Output images that start as `value`."""
        w = self.window
        return np.full((len(images), w.rows.outputs, w.columns.outputs, w.channels), value, np.int64)


def pool(operator: Operator) -> Pool2D:
    """Check a pool.

    Raises:
        ModelRefused: its tensors contradict each other.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    options = options_of(operator, Pool2DOptions)
    arity(operator, 1)
    source, target = activations(operator, wide=True)
    over = window(operator, options.padding, options.filter, options.strides)
    if target.shape[3] != over.channels:
        raise refused(operator, f"has {over.channels} input and {target.shape[3]} output channels")
    if over.taps > LARGEST_AREA[source.type]:
        raise refused(operator, f"has a window of {options.filter}: too large")
    one, other = source.quantized, target.quantized
    if one.zero_point != other.zero_point or float(np.abs(np.float32(one.scale) - np.float32(other.scale))) > SCALE_TOLERANCE:
        raise refused(operator, f"changes the scale from {one.scale:g} to {other.scale:g} or the zero point, which a pool cannot")
    return Pool2D(over, other, *codes_passed(operator, options.activation), options.activation, ENDS[source.type])
