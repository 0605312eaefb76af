"""What a model's answers to its test split are worth, judged in one place: by the conversion what must be answered, by the host what was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plumbline.common.by_name import names_among, sentences_of
from plumbline.common.golden_data import Codes, References
from plumbline.common.manifest import TensorSpec
from plumbline.common.quality import Quality, measure
from plumbline.common.rows import End, elements, to_reals


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


def metric_values(quality: Quality, outputs: Sequence[TensorSpec], references: References, answers: Codes, who: str) -> MetricValues | None:
    """Measure answers of one output against its targets.

    Args:
        quality: the metric, what is demanded of it, and of which output.
        outputs: the model's.
        references: None is the result where they hold no targets of that output.
        answers: (N, output bytes), to `references.codes`.
        who: gave the answers, e.g. "the board".
    """
    data, number = references.data, output_number(quality.output, outputs)
    targets = data.targets[number] if data is not None and data.targets else None
    if data is None or targets is None or not len(answers):
        return None
    part = part_of(number, outputs)
    of_float = None if data.floats is None else measure(quality.kind, data.floats[:, part], targets)
    int8, value = (measure(quality.kind, to_reals(each[data.rows], outputs)[:, part], targets) for each in (references.expected, answers))
    held, step = ~references.chosen, coarse_step(outputs[number])
    distances = np.abs(to_reals(answers[held], outputs) - references.float_codes[held])[:, part]
    steps = float((distances / step).max()) if held.any() else math.nan
    missed: list[str] = []
    if of_float is not None:
        missed = quality.shortcomings("the float model", of_float) + quality.shortcomings(who, value, of_float)
    if quality.steps is not None and not steps <= quality.steps:
        missed += sentences_of(
            quality.output, [f"{who} lies up to {steps:.3g} output steps from the float model, the recipe allows {quality.steps:g}"]
        )
    return MetricValues(len(data.rows), of_float, int8, value, steps, tuple(missed))


def output_number(name: str, outputs: Sequence[TensorSpec]) -> int:
    """The place of an output that is told under a name; see `plumbline.common.by_name`."""
    return names_among([each.name for each in outputs]).index(name)


def part_of(number: int, outputs: Sequence[End]) -> slice:
    """Where the numbers of an output stand in a row of real numbers."""
    first = elements(outputs[:number])
    return slice(first, first + elements(outputs[number : number + 1]))


def coarse_step(end: End) -> float:
    """The 256th part of what an output reaches: one step of int8, 256 of int16, so that what is allowed of one says as much of the other."""
    return (end.scale or 1.0) * (256 if end.type == "INT16" else 1)
