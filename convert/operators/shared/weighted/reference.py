"""What FULLY_CONNECTED, CONV_2D and DEPTHWISE_CONV_2D share: sums of weights times inputs plus a bias, rescaled to output codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator, Quantization, Tensor
from plumbline.convert.operators.fixed_point import ENDS, INT8, INT32_MAX, Multiplier, apply_each, apply_each_once
from plumbline.convert.operators.shared.checks import FUSED, activations, arity, codes_passed, refused, unsupported

ACCEPTS = (
    "int8 with weights of 8 or 4 bits; int16 around 0 with int8 weights and a bias of 64 or 32 bits; "
    f"constant weights without zero points, of one scale or one per output; a constant bias or none; {FUSED}"
)
TYPES = ("INT8", "INT16")
WEIGHTS = {"INT8": ("INT8", "INT4"), "INT16": ("INT8",)}
"""Types of weights, by the type of what they are multiplied with."""
BIASES = {"INT8": ("INT32",), "INT16": ("INT32", "INT64")}
"""Types of a bias."""
LARGEST_LONG = 2**47
"""What a sum of 64 bits may reach, which is then multiplied by 15 bits."""

LARGEST_HEARD = 2**30
"""A bias of 32 bits from here on is kept only where it changes an answer; see `heard`."""

Integers = NDArray[np.int64]


class Facts(TypedDict):
    """The fields of Weighted, to build one of its subclasses from."""

    weights: Integers
    bias: Integers
    multipliers: tuple[Multiplier, ...]
    input: Quantization
    output: Quantization
    weight_scales: tuple[float, ...]
    lowest: int
    highest: int
    activation: str
    type: str
    once: bool


@dataclass(frozen=True)
class Weighted:
    """output[o] = clamp(multiplier[o] * (sum_i weights[o, i] * (input[i] - input zero point) + bias[o]) + output zero point).

    `weights` (outputs, ...) and `bias` (outputs,) are int64 arrays of int8 and int32 values. Which inputs an output sees is the subclass's.
    """

    weights: Integers
    bias: Integers
    multipliers: tuple[Multiplier, ...]
    """One for all outputs, or one per output."""
    input: Quantization
    output: Quantization
    weight_scales: tuple[float, ...]
    """One for all outputs, or one per output."""
    lowest: int
    highest: int
    activation: str
    type: str
    """Of inputs and outputs: INT8 or INT16."""
    once: bool
    """Whether TFLM sums in 64 bits and rounds once, which it does for int16 whose bias is not int32."""

    @property
    def rows(self) -> Integers:
        """The weights as (outputs, weights of one output)."""
        return self.weights.reshape(len(self.weights), -1)

    @property
    def folded_bias(self) -> Integers:
        """The bias with the input's zero point folded in: sum w (x - z) + b = sum w x + (b - z sum w), exact in integers."""
        return np.asarray(self.bias - self.input.zero_point * self.rows.sum(axis=1), np.int64)

    @property
    def largest_sum(self) -> int:
        """What no intermediate sum exceeds, neither with the zero point subtracted first nor with it folded into the bias."""
        return int(self.largest_sums.max())

    @property
    def largest_sums(self) -> Integers:
        """The same for each output."""
        return largest_sums(self.rows, self.bias, self.input.zero_point, ENDS[self.type])

    def codes(self, sums: Integers) -> NDArray[Any]:
        """Output codes of sums (..., outputs), the bias included."""
        scaled = (apply_each_once if self.once else apply_each)(self.multipliers, sums)
        scaled += self.output.zero_point
        return np.asarray(np.clip(scaled, self.lowest, self.highest, out=scaled), self.type.lower())

    @cached_property
    def exact(self) -> np.dtype[np.floating[Any]]:
        """A float type that holds every sum, in which matrices are multiplied many times faster than in integers."""
        return np.dtype(np.float32 if self.largest_sum < 2**24 else np.float64)

    @cached_property
    def factors(self) -> NDArray[np.floating[Any]]:
        """The weights in the type `exact`."""
        return self.weights.astype(self.exact)

    def distances(self, codes: NDArray[Any]) -> NDArray[np.floating[Any]]:
        """Code - the input's zero point, in the type `exact`."""
        return np.asarray(np.subtract(codes, self.input.zero_point, dtype=self.exact), self.exact)


def largest_sums(rows: Integers, bias: Integers, zero_point: int, ends: tuple[int, int] = INT8) -> Integers:
    """What no sum of a row of weights times codes, and its bias, exceeds: with the zero point subtracted first, or folded into the bias."""
    magnitudes = np.abs(rows).sum(axis=1)
    offset = max(ends[1] - zero_point, zero_point - ends[0])
    folded = np.abs(bias - zero_point * rows.sum(axis=1))
    return np.asarray(np.maximum(magnitudes * offset + np.abs(bias), magnitudes * -ends[0] + folded), np.int64)


def facts(operator: Operator, activation: str, rank: int, axis: int, float_product: bool = False, narrow: bool = False) -> Facts:
    """Check an operator's tensors and work out its integers; the caller checks shapes beyond the weights' rank.

    Args:
        operator: with inputs, weights, and a bias that may be missing.
        activation: the fused one.
        rank: of the weights.
        axis: of the weights along which outputs lie; it comes first in the result.
        float_product: as in `multipliers`.
        narrow: whether sums of int16 are kept in 32 bits where there is no bias: the option quantized_bias_type says INT32.

    Raises:
        ModelRefused: its tensors contradict each other, or a sum could leave the bits in which TFLM keeps it.
        UnsupportedOperator: it is of a form the integer kernels do not have.
    """
    source, weights, bias, target = tensors(operator, rank, axis)
    quantization = weights.quantized
    lowest, highest = codes_passed(operator, activation)
    if any(quantization.zero_points):
        raise unsupported(operator, "with asymmetric weights")
    if quantization.per_channel and quantization.axis != axis:
        raise unsupported(operator, f"quantized along axis {quantization.axis} of {weights.shape}, which are not its outputs,")
    if quantization.per_channel and len(quantization.scales) != weights.shape[axis]:
        raise refused(operator, f"has {len(quantization.scales)} scales along axis {axis} of {weights.shape}")
    if source.quantized.scale * max(quantization.scales) / target.quantized.scale >= 2**31:
        raise refused(operator, f"has the output scale {target.quantized.scale:g}, too small for its input and weights")
    factors = multipliers(source.quantized.scale, quantization.scales, target.quantized.scale, float_product)
    result = Facts(
        weights=np.moveaxis(np.asarray(weights.values(), np.int64), axis, 0),
        bias=np.zeros(weights.shape[axis], np.int64) if bias is None else heard(np.asarray(bias.values(), np.int64).ravel(), factors),
        multipliers=factors,
        input=source.quantized,
        output=target.quantized,
        weight_scales=quantization.scales,
        lowest=lowest,
        highest=highest,
        activation=activation,
        type=source.type,
        once=source.type == "INT16" and not (narrow if bias is None else bias.type == "INT32"),
    )
    check_sums(operator, Weighted(**result))
    return result


def heard(bias: Integers, factors: tuple[Multiplier, ...]) -> Integers:
    """The bias (outputs,), 0 in place of the largest ones of outputs with the factor 0, to which every sum is the same.

    A channel that training has switched off has weights near 0, and so small a scale that the converter has to clip its bias to what 32 bits hold:
    there TFLM's sum overflows, and nobody hears of it.
    """
    silent = np.array([not each.mantissa for each in factors])
    return np.where(silent & (np.abs(bias) >= LARGEST_HEARD), 0, bias)


def multipliers(input_scale: float, weight_scales: tuple[float, ...], output_scale: float, float_product: bool = False) -> tuple[Multiplier, ...]:
    """input scale * weight scale / output scale, for each weight scale.

    Args:
        input_scale, weight_scales, output_scale: float32 values.
        float_product: round the product of the first two to float32 where there is one weight scale. TFLM's FULLY_CONNECTED did so until August
            2026 at least, and the Arduino library does; the wheel of October 2026 computes in double, as convolutions always have
            (PopulateConvolutionQuantizationParams in kernel_util.cc). The mantissas differ in their last bits, and now and then one answer by
            one code.
    """
    if len(weight_scales) == 1 and float_product:
        return (Multiplier.of(float(np.float32(input_scale) * np.float32(weight_scales[0])) / output_scale),)
    return tuple(Multiplier.of(input_scale * scale / output_scale) for scale in weight_scales)


def tensors(operator: Operator, rank: int, axis: int) -> tuple[Tensor, Tensor, Tensor | None, Tensor]:
    """Input, weights, bias (which may be missing) and output, with the right types and ranks."""
    arity(operator, 2, 3)
    source, target = activations(operator, wide=True)
    weights, bias = operator.inputs[1], operator.inputs[2] if len(operator.inputs) == 3 else None
    if weights is None:
        raise refused(operator, "has no weights")
    if weights.type not in WEIGHTS[source.type] or weights.quantization is None:
        raise unsupported(operator, f"with {weights.name} of type {weights.type}" + ("" if weights.quantization else ", not quantized"))
    if bias is not None and bias.type not in BIASES[source.type]:
        raise unsupported(operator, f"with {bias.name} of type {bias.type}")
    if weights.data is None or (bias is not None and bias.data is None):
        raise unsupported(operator, "with weights computed at run time")
    if len(weights.shape) != rank:
        raise unsupported(operator, f"with weights of shape {weights.shape}")
    if bias is not None and bias.elements != weights.shape[axis]:
        raise refused(operator, f"has {bias.elements} biases for {weights.shape[axis]} outputs")
    return source, weights, bias, target


def check_sums(operator: Operator, layer: Weighted) -> None:
    """No intermediate sum may leave int32, neither with the zero point subtracted first nor with it folded into the bias.

    Nor may a sum that is shifted left before the multiplication. Where sums have 64 bits, their multiples must fit into 32.
    """
    largest = layer.largest_sums
    if layer.once:
        factors = np.array([2.0 ** (m.shift - 31) * m.mantissa for m in layer.multipliers])
        if np.any(largest >= LARGEST_LONG) or np.any(largest * factors >= INT32_MAX) or any(m.shift > 7 for m in layer.multipliers):
            raise refused(operator, f"has sums of up to {int(largest.max())} that its output scale cannot hold")
        return
    left = np.array([m.left_shift for m in layer.multipliers])
    if np.any(largest * 2.0**left > INT32_MAX):
        shifted = f"has sums of up to {int(largest.max())}, shifted left by {int(left.max())}, which overflow 32 bits"
        scale = operator.outputs[0].quantized.scale
        dead = (
            f": its output has the scale {scale:.3g}, as a layer has that answers 0 to every calibration sample (a dead ReLU)"
            if left.max() > 7
            else ""
        )
        raise refused(operator, shifted + dead)
