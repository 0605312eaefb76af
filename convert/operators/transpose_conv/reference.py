"""TRANSPOSE_CONV as integers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, cast

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators.options import activation, padding, pair
from plumbline.convert.operators.shared.checks import FUSED, options_of, refused, unsupported
from plumbline.convert.operators.shared.weighted.reference import Weighted, facts
from plumbline.convert.operators.shared.window.reference import LARGEST, Window, axis

ACCEPTS = (
    "int8; int16 around 0 with int8 weights and a bias of 64 or 16 bits; constant weights without zero points, of one scale or one per output; "
    f"a constant bias or none; any strides and padding; {FUSED}"
)


@dataclass(frozen=True)
class TransposeConvOptions:
    """Options of TRANSPOSE_CONV; strides are (height, width)."""

    padding: Annotated[str, padding(0)]
    strides: Annotated[tuple[int, int], pair(2, 1)]
    activation: Annotated[str, activation(3)]


@dataclass(frozen=True)
class TransposeConvReference(Weighted):
    """`weights` (outputs, height, width, channels): input pixel (y, x) meets output pixel (y * stride + tap row - before, ...) where that exists.

    `window` lies on the output, and slides from one input pixel to the next: its inputs are this operator's outputs.
    """

    window: Window

    def answer(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Answer images (N, batches * height * width * channels) with (N, batches * height * width * outputs), as transpose_conv.h does."""
        w = self.window
        images = self.distances(codes).reshape(-1, w.rows.outputs, w.columns.outputs, w.channels)
        weights = self.factors
        sums = np.full((len(images), w.rows.inputs, w.columns.inputs, len(weights)), self.bias, self.exact)
        for ky, kx, pixels, met in w.seen():
            sums[met] += images[pixels] @ weights[:, ky, kx].T
        return self.codes(sums.astype(np.int64)).reshape(len(codes), -1)


def check_transpose_conv(operator: Operator) -> TransposeConvReference:
    """Check a TRANSPOSE_CONV operator and work out its integers.

    Raises:
        ModelRefused, UnsupportedOperator: see `weighted.facts`; the output's shape contradicts the weights.
    """
    options = options_of(operator, TransposeConvOptions)
    if len(operator.inputs) not in (3, 4) or operator.inputs[2] is None:
        raise refused(operator, f"has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs")
    found = facts(in_order(operator), options.activation, rank=4, axis=0)
    if found["type"] == "INT16" and not found["once"]:
        raise unsupported(operator, "of int16 with a bias of type INT32, which TensorFlow Lite Micro reads as INT64,")
    outputs, height, width, channels = found["weights"].shape
    source, target = operator.inputs[2], operator.outputs[0]
    if len(source.shape) != 4 or source.shape[3] != channels or len(target.shape) != 4 or target.shape[::3] != (source.shape[0], outputs):
        raise refused(operator, f"maps shape {source.shape} to {target.shape} with weights of shape {(outputs, height, width, channels)}")
    if min(*options.strides, height, width) < 1 or max(*options.strides, height, width) * max(*source.shape[1:3]) > LARGEST:
        raise refused(operator, f"has a window of {(height, width)} and strides {options.strides}")
    axes = [
        replace(axis(target.shape[at + 1], (height, width)[at], options.strides[at], 1, options.padding), outputs=source.shape[at + 1])
        for at in (0, 1)
    ]
    return TransposeConvReference(**found, window=Window(source.shape[0], channels, *axes))


def in_order(operator: Operator) -> Operator:
    """The operator with its tensors in the order of other ones: input, weights, bias. A bias of 16 bits is widened, as the kernel does first."""
    bias = operator.inputs[3] if len(operator.inputs) == 4 else None
    if bias is not None and bias.type == "INT16" and bias.data is not None:
        bias = replace(bias, type="INT64", data=bias.values().astype("<i8").tobytes())
    return replace(operator, inputs=(operator.inputs[2], operator.inputs[1], bias))


def multiply_accumulates(operator: Operator) -> int:
    """Every input meets every tap of every output, those outside of the image included."""
    weights, source = cast(Tensor, operator.inputs[1]), cast(Tensor, operator.inputs[2])
    return source.elements * (weights.elements // weights.shape[-1])
