"""CONV_2D as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.options import activation, padding, pair, tensor_type
from plumbline.convert.operators.shared.checks import options_of, refused
from plumbline.convert.operators.shared.weighted.reference import Weighted, facts
from plumbline.convert.operators.shared.window.reference import Window, window


@dataclass(frozen=True)
class Conv2DOptions:
    """Options of CONV_2D; pairs are (height, width)."""

    padding: Annotated[str, padding(0)]
    strides: Annotated[tuple[int, int], pair(2, 1)]
    dilations: Annotated[tuple[int, int], pair(5, 4, default=1)]
    activation: Annotated[str, activation(3)]
    bias_type: Annotated[str, tensor_type(6)] = "FLOAT32"
    """INT32 says that sums of int16 codes without a bias are kept in 32 bits."""


@dataclass(frozen=True)
class Conv2DReference(Weighted):
    """`weights` (outputs, height, width, channels): every output channel sees the channels of its group in its window, which are all where there is
    one group; what lies outside counts as real 0."""

    window: Window

    @property
    def groups(self) -> int:
        """Into which input and output channels are divided."""
        return self.window.channels // int(self.weights.shape[3])

    def answer(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Answer images (N, batches * height * width * channels) with (N, batches * height * width * outputs), as ConvPerChannel in conv.h does."""
        w = self.window
        images = self.distances(codes).reshape(-1, w.rows.inputs, w.columns.inputs, w.channels)
        weights = self.factors
        sums = np.full((len(images), w.rows.outputs, w.columns.outputs, len(weights)), self.bias, self.exact)
        width, filters = self.weights.shape[3], len(weights) // self.groups
        for ky, kx, outputs, inputs in w.seen():
            for group in range(self.groups):
                own, channels = slice(group * filters, (group + 1) * filters), slice(group * width, (group + 1) * width)
                sums[(*outputs, own)] += images[(*inputs, channels)] @ weights[own, ky, kx].T
        return self.codes(sums.astype(np.int64)).reshape(len(codes), -1)


def check_conv_2d(operator: Operator) -> Conv2DReference:
    """Check a CONV_2D operator and work out its integers.

    Raises:
        ModelRefused, UnsupportedOperator: see `weighted.facts` and `window.window`.
    """
    options = options_of(operator, Conv2DOptions)
    found = facts(operator, options.activation, rank=4, axis=0, narrow=options.bias_type == "INT32")
    outputs, height, width, channels = found["weights"].shape
    over = window(operator, options.padding, (height, width), options.strides, options.dilations)
    if operator.outputs[0].shape[3] != outputs:
        raise refused(operator, f"has {operator.outputs[0].shape[3]} output channels and weights for {outputs}")
    if over.channels % channels or outputs % (over.channels // channels):
        raise refused(operator, f"divides {over.channels} input and {outputs} output channels into groups of {channels} input channels")
    return Conv2DReference(**found, window=over)
