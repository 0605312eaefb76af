"""DEPTHWISE_CONV_2D as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import activation, padding, pair, whole
from plumbline.convert.operators.shared.checks import options_of, refused, unsupported
from plumbline.convert.operators.shared.weighted.reference import Weighted, facts
from plumbline.convert.operators.shared.window.reference import Window, window


@dataclass(frozen=True)
class DepthwiseConv2DOptions:
    """Options of DEPTHWISE_CONV_2D; pairs are (height, width)."""

    padding: Annotated[str, padding(0)]
    strides: Annotated[tuple[int, int], pair(2, 1)]
    dilations: Annotated[tuple[int, int], pair(6, 5, default=1)]
    depth_multiplier: Annotated[int, whole(3)]
    """Outputs per input channel."""
    activation: Annotated[str, activation(4)]


@dataclass(frozen=True)
class DepthwiseConv2DReference(Weighted):
    """`weights` (outputs, height, width): output channel o sees channel o // depth_multiplier of its window; what lies outside counts as real 0."""

    window: Window
    depth_multiplier: int

    def answer(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Answer images (N, batches * height * width * channels) with (N, batches * height * width * outputs), as DepthwiseConvPerChannel does."""
        w = self.window
        seen = self.distances(codes).reshape(-1, w.rows.inputs, w.columns.inputs, w.channels)
        images = np.repeat(seen, self.depth_multiplier, axis=3) if self.depth_multiplier > 1 else seen
        weights = self.factors
        sums = np.full((len(images), w.rows.outputs, w.columns.outputs, len(weights)), self.bias, self.exact)
        for ky, kx, outputs, inputs in w.seen():
            sums[outputs] += images[inputs] * weights[:, ky, kx]
        return self.codes(sums.astype(np.int64)).reshape(len(codes), -1)


def check_depthwise_conv_2d(operator: Operator) -> DepthwiseConv2DReference:
    """Check a DEPTHWISE_CONV_2D operator and work out its integers.

    Raises:
        ModelRefused, UnsupportedOperator: see `weighted.facts` and `window.window`.
    """
    options = options_of(operator, DepthwiseConv2DOptions)
    found = facts(operator, options.activation, rank=4, axis=3)
    outputs, first, height, width = found["weights"].shape
    over = window(operator, options.padding, (height, width), options.strides, options.dilations)
    if found["type"] == "INT16" and not found["once"]:
        raise unsupported(operator, "of int16 with a bias of type INT32, which TensorFlow Lite Micro reads as INT64,")
    if first != 1 or outputs != over.channels * options.depth_multiplier or operator.outputs[0].shape[3] != outputs:
        shapes = f"{over.channels} input and {operator.outputs[0].shape[3]} output channels, weights for {first} * {outputs}"
        raise refused(operator, f"has {shapes} and a depth multiplier of {options.depth_multiplier}")
    found["weights"] = found["weights"][:, 0]
    return DepthwiseConv2DReference(**found, window=over, depth_multiplier=options.depth_multiplier)
