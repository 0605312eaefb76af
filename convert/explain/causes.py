"""Why a layer's output is worse than int8 makes it, and what to do next, as one sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.activations import INT16
from plumbline.common.diagnosis import equal_samples, outliers, outside_input, unequal_features
from plumbline.common.evidence import Evidence
from plumbline.common.explanation import LayerError
from plumbline.common.quantization import dequantize_float32
from plumbline.common.rows import number_of_codes, range_of
from plumbline.common.way import advice
from plumbline.convert.model.graph import Operator, Tensor
from plumbline.convert.operators import named

SMALL_SHARE = 0.25
"""Of a range: who uses no more loses two bits or more."""
FEW_WEIGHTS = 0.02
"""Share of a layer's weights that may be called single ones."""
LARGE_RATIO = 10.0
"""How many times as large one channel is than another before a common scale is called a problem."""


def has_fixed_range(name: str) -> bool:
    """Whether an operator's output range is given, whatever the samples are."""
    found = named(name)
    return found is not None and found.fixed_range


def weights_axis(operator: Operator) -> int | None:
    """The axis of an operator's weights along which its outputs lie; None without weights."""
    found = named(operator.name)
    return None if found is None else found.weights_axis


@dataclass(frozen=True)
class Seen:
    """What is known of a layer's output: `tensor`, and its values at N samples, (N, elements) each."""

    operator: Operator | None
    """None for the model's input."""
    tensor: Tensor
    codes: NDArray[np.int8]
    floats: NDArray[np.float32] | None
    """The float model's values."""
    exact: NDArray[np.float32] | None
    """What the float layer makes of the int8 model's inputs of this layer."""
    answers: bool = False
    """Whether this is the model's output."""


@dataclass(frozen=True)
class Parts:
    """What a layer's own mean square error is made of, as shares of it: see docs/explanation/error-sources.md."""

    outside: float
    """Share of its values that lie beyond its range."""
    clipping: float
    rounding: float
    """Of its output to whole codes: scale^2 / 12."""
    weights: float
    """The rest: rounded weights, and how the kernel computes."""


def parts(seen: Seen) -> Parts:
    """What the layer's own error is made of; nothing where it has none."""
    assert seen.exact is not None
    exact, (low, high), step = seen.exact.astype(np.float64), range_of(seen.tensor), seen.tensor.quantized.scale
    squares = (dequantize_float32(seen.codes, seen.tensor.quantized) - exact) ** 2
    whole = float(squares.mean())
    if not whole:
        return Parts(0.0, 0.0, 0.0, 0.0)
    outside = (exact < low - step) | (exact > high + step)
    clipping = float(squares[outside].sum() / squares.size / whole)
    rounding = min(1.0 - clipping, step**2 / 12 / whole)
    return Parts(float(outside.mean()), clipping, rounding, max(0.0, 1.0 - clipping - rounding))


def advise(seen: Seen) -> str:
    """What is wrong and what to do next, for a layer that costs more than is tolerated."""
    if seen.floats is None or seen.exact is None or not np.isfinite(seen.exact).all():
        return "The float model has no such tensor, or no number there: look at the layers before it."
    fixed = seen.operator is not None and has_fixed_range(seen.operator.name)
    shares = parts(seen)
    if seen.operator is None:
        found = clipped(seen, shares) or stretched(seen)
    elif shares.weights >= 0.5 and weights_axis(seen.operator) is not None:
        found = weights(seen, seen.operator) or ("" if fixed else clipped(seen, shares) or stretched(seen))
    else:
        found = "" if fixed else clipped(seen, shares) or unequal_channels(seen) or stretched(seen)
    return found or ordinary(seen, shares)


def of_samples(evidence: Evidence) -> str:
    """What is wrong with the samples at the input, as a verification says it; empty where nothing is."""
    found = equal_samples(evidence) or outliers(evidence) or unequal_features(evidence) or outside_input(evidence)
    return f"{found}." if found else ""


def clipped(seen: Seen, shares: Parts) -> str:
    """Values beyond what the calibration samples reached."""
    assert seen.exact is not None
    if shares.clipping < 0.5:
        return ""
    low, high = range_of(seen.tensor)
    reached = f"[{seen.exact.min():.3g}, {seen.exact.max():.3g}]"
    mend = advice(
        recipe="let the recipe's `representative` or `domain` reach as far",
        keras=f"give {usage.option('samples')} that reach as far",
        tflite="convert it anew with calibration samples that reach as far",
    )
    return f"{shares.outside:.1%} of its values saturate: calibration saw [{low:.3g}, {high:.3g}], these samples reach {reached}: {mend}."


def weights(seen: Seen, operator: Operator) -> str:
    """Single weights that stretch a scale, or channels or inputs with much smaller weights than others on it."""
    tensor = operator.inputs[1]
    if tensor is None or tensor.data is None:
        return ""
    axis = weights_axis(operator) or 0
    rows = np.moveaxis(np.abs(tensor.values().astype(np.int64)), axis, 0)
    rows = rows.reshape(len(rows), -1)
    channel = worst_channel(seen) if tensor.quantized.per_channel else int(rows.max(axis=1).argmax())
    judged = rows[channel : channel + 1] if tensor.quantized.per_channel else rows
    large = int((judged > judged.max() / LARGE_RATIO).sum())
    if large <= FEW_WEIGHTS * judged.size:
        what = "one weight is" if large == 1 else f"{large} weights are"
        return (
            f"{what} more than {LARGE_RATIO:.0f} times as large as the others of channel {channel} and stretch their scale: "
            "limit weights while training (kernel_constraint, or weight decay)."
        )
    if axis != 0:  # each output sees one input
        return ""
    inputs = rows.reshape(len(rows), -1, tensor.shape[-1]).max(axis=(0, 1))
    one, other = None if tensor.quantized.per_channel else dwarfed(rows.max(axis=1)), dwarfed(inputs)
    if other is not None and (one is None or other.ratio > one.ratio):
        return f"the weights of its input {other.small} {other.how} input {other.large}'s, as that input is so much larger: normalize its inputs."
    if one is not None:
        mend = f"with one scale for all: convert with one per channel ({usage.command('convert')} with --per-channel-dense), or scale them alike."
        return f"the weights of channel {one.small} {one.how} channel {one.large}'s, {mend}"
    return ""


@dataclass(frozen=True)
class Dwarfed:
    """The smallest of several weights' magnitudes beside the largest."""

    small: int
    large: int
    ratio: float
    """Infinite where the smallest is 0."""

    @property
    def how(self) -> str:
        return f"are {self.ratio:,.0f} times smaller than" if np.isfinite(self.ratio) else "became 0, being far smaller than"


def dwarfed(magnitudes: NDArray[np.int64]) -> Dwarfed | None:
    """The smallest where it is far smaller than the largest."""
    small, large = int(magnitudes.argmin()), int(magnitudes.argmax())
    ratio = float(magnitudes[large] / magnitudes[small]) if magnitudes[small] else np.inf
    return Dwarfed(small, large, ratio) if ratio > LARGE_RATIO else None


def worst_channel(seen: Seen) -> int:
    """Of the last axis, the one with the largest error of its own."""
    assert seen.exact is not None
    squares = (dequantize_float32(seen.codes, seen.tensor.quantized) - seen.exact) ** 2
    return int(squares.reshape(-1, seen.tensor.shape[-1]).mean(axis=0).argmax())


def unequal_channels(seen: Seen) -> str:
    """Channels of very different size, which share one scale in a layer's output."""
    channels = seen.tensor.shape[-1] if len(seen.tensor.shape) > 1 else 1
    assert seen.floats is not None
    reach = np.abs(seen.floats.reshape(-1, channels)).max(axis=0)
    largest, middle = int(reach.argmax()), float(np.sort(reach)[(channels - 1) // 2])
    if channels < 2 or not middle or reach[largest] <= LARGE_RATIO * middle:
        return ""
    if seen.answers:
        return f"output {largest} reaches {reach[largest]:.3g}, others {middle:.3g}, with one scale for all: train it on targets of one size."
    return (
        f"channel {largest} reaches {reach[largest]:.3g}, half of the channels no more than {middle:.3g}, with one scale for all: "
        "normalize the channels (BatchNormalization) or limit the layer (ReLU6)."
    )


def stretched(seen: Seen) -> str:
    """A range that few values, or none of these samples, stretch."""
    assert seen.floats is not None
    low, high = range_of(seen.tensor)
    values = seen.floats.ravel()
    ends = np.percentile(values, [0.5, 99.5])
    if (ends[1] - ends[0]) > SMALL_SHARE * (high - low):
        return ""
    share = (ends[1] - ends[0]) / (high - low)
    farthest = float(values[np.abs(values).argmax()])
    if min(abs(ends[0]), abs(ends[1])) > ends[1] - ends[0] and ends[0] * ends[1] > 0:
        return (
            f"99 % of its values lie between {ends[0]:.6g} and {ends[1]:.6g}, {share:.1%} of its range, which holds 0 as well: "
            "take what they have in common off, from the inputs before the model or from the targets."
        )
    if abs(farthest) > 0.5 * max(abs(low), abs(high)):
        return (
            f"99 % of its values use {share:.1%} of its range, because a value of {farthest:.3g} stretches it: "
            "limit the layer (ReLU6), normalize, or leave such samples out of the calibration."
        )
    mend = advice(
        recipe="calibrate on inputs like those of the test split",
        keras=f"give {usage.option('samples')} without such extremes",
        tflite="convert it anew with calibration samples like these",
    )
    return f"the samples use {share:.1%} of the range [{low:.3g}, {high:.3g}] that the calibration samples reached: {mend}."


def ordinary(seen: Seen, shares: Parts) -> str:
    """No single cause stands out."""
    if shares.weights > shares.rounding and seen.operator is not None and weights_axis(seen.operator) is not None:
        return "its weights lose too much as int8, and none of them stands out: train with quantization in the loop, or make the layer wider."
    step = seen.tensor.quantized.scale
    if seen.operator is not None and seen.operator.name == "SOFTMAX":
        return "classes lie closer together than its codes, 1/256 apart: leave SOFTMAX out of the model and compare what goes into it."
    if seen.tensor.type == "INT16":
        return f"its codes, {step:.3g} apart, are not what is too coarse here: train with quantization in the loop, or make it wider."
    wide = advice(recipe=usage.option("activations", INT16), keras=usage.option("activations", INT16), tflite="activations of int16")
    mend = f"{wide} makes 65,536 of them, or train with quantization in the loop"
    return f"its {number_of_codes(seen.tensor):,} codes, {step:.3g} apart, are too coarse here, and no value stands out: {mend}."


def judge_range(row: LayerError, last: bool) -> str:
    """What a range alone says at the user's samples, without a float model: only what is surely no good."""
    if row.codes == 1:
        return "it has one code for all samples: nothing of them gets past it; see whether they have the scale and axis order the model expects."
    if has_fixed_range(row.operator):
        return ""
    saturated = row.at_highest + (row.at_lowest if row.low < 0 else 0.0)  # a range from 0 on is a ReLU's: its lowest code is no loss
    if saturated >= 0.05 and not last:
        return (
            f"{saturated:.1%} of its codes are at the end of the range [{row.low:.3g}, {row.high:.3g}]: the samples reach farther than those of "
            "its calibration; scale them as in training, or convert it anew with samples like these."
        )
    if row.used < SMALL_SHARE / 2:
        return f"the samples use {row.used:.1%} of the range [{row.low:.3g}, {row.high:.3g}]: scale them as in training, or convert it anew."
    return ""
