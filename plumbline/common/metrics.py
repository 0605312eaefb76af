"""What a model's answers to its test split are worth, judged in one place: by the conversion what must be answered, by the host what was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plumbline.common.golden_data import Codes, References
from plumbline.common.quality import Quality, measure
from plumbline.common.rows import End, by_element, to_reals


@dataclass(frozen=True)
class MetricValues:
    """A metric on the samples."""

    count: int
    """Samples."""
    float_value: float | None
    """None where there is no float model."""
    int8_value: float
    """Of the expected codes."""
    value: float
    """Of the answers that are judged."""
    steps: float
    """The largest |answer - float model| on all inputs held against it, in output steps, see `coarse_step`; NaN where there are none."""
    missed: tuple[str, ...]
    """Why the demand is not met, a sentence each; empty where it is."""


def metric_values(quality: Quality, outputs: Sequence[End], references: References, answers: Codes, who: str) -> MetricValues | None:
    """Measure answers against the targets.

    Args:
        quality: the metric, and what is demanded of it.
        outputs: the model's.
        references: None is the result where they hold no targets.
        answers: (N, output bytes), to `references.codes`.
        who: gave the answers, e.g. "the board".
    """
    data = references.data
    if data is None or data.targets is None or not len(answers):
        return None
    of_float = None if data.floats is None else measure(quality.kind, data.floats, data.targets)
    int8, value = (measure(quality.kind, to_reals(each[data.rows], outputs), data.targets) for each in (references.expected, answers))
    held, step = ~references.chosen, by_element([coarse_step(each) for each in outputs], outputs)
    steps = float((np.abs(to_reals(answers[held], outputs) - references.float_codes[held]) / step).max()) if held.any() else math.nan
    missed: list[str] = []
    if of_float is not None:
        missed = quality.shortcomings("the float model", of_float) + quality.shortcomings(who, value, of_float)
    if quality.steps is not None and not steps <= quality.steps:
        missed.append(f"{who} lies up to {steps:.3g} output steps from the float model, the recipe allows {quality.steps:g}")
    return MetricValues(len(data.rows), of_float, int8, value, steps, tuple(missed))


def coarse_step(end: End) -> float:
    """The 256th part of what an output reaches: one step of int8, 256 of int16, so that what is allowed of one says as much of the other."""
    return (end.scale or 1.0) * (256 if end.type == "INT16" else 1)
