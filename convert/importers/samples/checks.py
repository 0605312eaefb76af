"""Samples that cannot tell anything about a model: all the same, or outside what its input can hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plumbline.common.errors import UsageError
from plumbline.common.rows import End, range_of, values_of

EMPTY = 1e-4
"""Width of an input's range as a share of the samples' largest number below which the range is empty."""
MOST_SATURATED = 0.25
"""Share of the numbers other than 0 that may lie outside what an input holds. A model is quantized on the range of its inputs, or on all but a
percent or so of them; numbers in another unit lie outside by far more. 0 is left out because it fits every unit and fills most of many pictures."""


def check_varied(inputs: Sequence[NDArray[np.float32]]) -> None:
    """Raises UsageError where several samples, each (N, ...) of an input, are one and the same, or all numbers are."""
    samples = np.concatenate([each.reshape(len(each), -1) for each in inputs], axis=1)
    first = samples[0]
    if samples.min() == samples.max() and samples.size > 1:
        what = "is 0: a placeholder of numpy.zeros?" if first[0] == 0 else f"is {first[0]:g}"
        raise UsageError(f"Every number in the {len(samples):,} samples {what}", "Give samples of real inputs: they show which numbers occur.")
    if len(samples) > 1 and (samples == samples[0]).all():
        raise UsageError(f"All {len(samples):,} samples are the same.", "Give samples of different inputs: they show which numbers occur.")


def saturated_share(samples: NDArray[np.float32], end: End) -> float:
    """Share of the numbers other than 0 in samples (N, ...) that lie more than half a step outside what an input can hold; in [0, 1]."""
    low, high = range_of(end)
    half = (end.scale or 1.0) / 2
    counted = int((samples != 0).sum())
    outside = int(((samples < low - half) | (samples > high + half)).sum())
    return outside / counted if counted else 0.0


def check_range(samples: NDArray[np.float32], end: End) -> None:
    """Refuse samples (N, ...) in another unit than the input of a model that is quantized already.

    Raises:
        UsageError: too many numbers lie outside what the input can hold, or all samples become the same codes.
    """
    (low, high), first, last = range_of(end), float(samples.min()), float(samples.max())
    share = saturated_share(samples, end)
    spans = f"the samples reach from {first:.6g} to {last:.6g}, the input of the model from {low:.6g} to {high:.6g}"
    if high - low < EMPTY * max(abs(first), abs(last)):
        raise UsageError(
            f"The input of the model holds {low:.3g} to {high:.3g} only, the samples reach from {first:.6g} to {last:.6g}.",
            "An empty range comes from calibration on samples that are all zero or all equal: convert the model anew with real ones.",
        )
    if share > MOST_SATURATED:
        raise UsageError(
            f"{share:.0%} of the numbers in the samples do not fit the input: {spans}.",
            f"Scale the samples as in training{divided(first, last, low, high)}.",
        )
    codes = values_of(samples, end)
    if len(samples) > 1 and (codes == codes[0]).all():
        raise UsageError(f"All samples become the same codes: {spans}, in steps of {end.scale:.6g}.", "Scale the samples as in training.")


def divided(first: float, last: float, low: float, high: float) -> str:
    """The likely cause where pictures come as bytes, as the end of a sentence; empty for anything else."""
    if not (first >= 0 and 1 < last <= 255):
        return ""
    if high <= 1.5 and low >= -0.5:
        return ": divide them by 255"
    if high <= 1.5 and low >= -1.5:
        return ": divide them by 127.5 and subtract 1"
    return ": subtract 128" if low >= -130 and high <= 130 and low < -100 else ""
