"""Why a model is of little use on a board, from the samples and the answers to them: each function names one cause in a sentence, or none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from plumbline.common import usage
from plumbline.common.evidence import Evidence, wide
from plumbline.common.manifest import Manifest
from plumbline.common.numbers import percent
from plumbline.common.output_causes import close_decisions, coarse_output, equal_targets
from plumbline.common.quality import skill
from plumbline.common.rows import Reals
from plumbline.common.useful import Useful, measured, outside

UNEQUAL = 32
"""A feature that is so many times smaller than another has no more than 8 of the 256 codes."""
STARVED = 8
"""Codes below which a feature that takes many values is short of them."""
FAR_OUT = 16
"""Values lie far out that lie so many times as far from the middle as all but a few do: one in a hundred, of few samples at most three."""
OUTSIDE = 0.01
"""Share of a tensor's numbers beyond what its codes hold from which it is worth a sentence."""
AT_AN_END = 0.25
"""The same of answers at the lowest or highest code, where no float model says whether they belong there."""
NAMED = 3
FIXED = {
    "SOFTMAX": "leave the softmax away and compare its inputs",
    "LOGISTIC": "leave the sigmoid away and compare its input with 0",
    "TANH": "leave the tanh away and use its input",
}
"""Operators whose answers have the same steps whatever the calibration, and how to do without."""


def judge(manifest: Manifest, evidence: Evidence, silent: Callable[[], str | None]) -> Useful:
    """What the samples show, which limits are missed, and why.

    Args:
        manifest: with the limits, and what is demanded with targets.
        evidence: of at least one sample.
        silent: finds the first layer that answers the same to all samples; asked only where the board does.
    """
    found = measured(evidence, manifest.limits, skill_of(manifest, evidence, evidence.reals))
    of_inputs = of_samples(evidence)
    layer = silent() if found.distinct == 1 and found.differing > 1 else None
    said = [
        of_inputs,
        first(outside_input, evidence),
        beyond_output(evidence),
        one_answer(evidence, found, bool(of_inputs), layer),
        never_chosen(evidence),
        close_decisions(evidence, manifest.limits),
        coarse_output(evidence, found, manifest.limits),
        guessing(manifest, evidence, found),
        equal_targets(evidence),
    ]
    causes = [sentence for sentence in said if sentence]
    if found.missed and not causes:
        causes.append(
            rounding(evidence, found) or f"the layers lose it, not the range of the input or the output: {usage.command('explain')} shows which"
        )
    return replace(found, causes=tuple(causes))


def of_samples(evidence: Evidence) -> str:
    """What is wrong with the samples of an input, whatever the model is."""
    return first(lambda each: equal_samples(each) or outliers(each) or unequal_features(each), evidence)


def first(cause: Callable[[Evidence], str], evidence: Evidence) -> str:
    """A cause of the first input that has it, with the input's name where there are several."""
    for each in evidence.each_input:
        found = cause(each)
        if found:
            return f"input {each.input.name}: {found}" if evidence.others else found
    return ""


def skill_of(manifest: Manifest, evidence: Evidence, answers: Reals | None) -> float | None:
    """How much answers (S, outputs) have to do with the targets; None without one of both, and where a recipe demands what it wants itself."""
    quality = manifest.quality_of(evidence.name)
    if answers is None or evidence.targets is None or quality is None or quality.reach is not None:
        return None
    return skill(quality.kind, answers, evidence.targets)


def features(evidence: Evidence) -> Reals:
    """The samples (M, F) by feature: the last axis of the input. Where that is a single channel, all numbers of a flat input, else one."""
    shape = evidence.input.shape[1:] or evidence.input.shape or (1,)
    width = shape[-1] if shape[-1] > 1 or len(shape) > 1 else evidence.inputs.shape[1]
    return evidence.inputs.reshape(-1, width)


def equal_samples(evidence: Evidence) -> str:
    """Samples that do not vary, or whose differences all fall into one code."""
    count = len(evidence.inputs)
    if count < 2 or evidence.input.scale is None:
        return ""
    if (evidence.inputs == evidence.inputs[0]).all():
        return f"all {count:,} samples are equal: give different ones"
    if evidence.inputs.min() == evidence.inputs.max():
        return f"all {count:,} samples hold the number {evidence.inputs.min():.4g} only: give different ones"
    width = 255 * evidence.input.step
    if width < 1e-4 * np.abs(evidence.inputs).max():
        low, high = evidence.input.range
        return (
            f"the input holds {low:.3g} to {high:.3g} only, an empty range: the model was calibrated on samples that are all zero or all equal; "
            "convert it on real ones"
        )
    return ""


def outliers(evidence: Evidence) -> str:
    """A few values far out that stretch the input's range until all others share a few codes."""
    values = features(evidence)
    middle = np.median(values, axis=0)
    away = np.abs(values - middle)
    few = min(3, len(values) // 20)
    usual = np.quantile(away, min(0.99, 1 - few / len(values)), axis=0, method="lower")
    usual = np.where(usual > 0, usual, usual.max())  # of a feature that is nearly always the same
    farthest = away.max(axis=0)
    width = 255 * evidence.input.step
    # Where many rows reach as far in any feature, the range is theirs.
    alone = np.array([(away > each / 4).any(axis=1).sum() for each in farthest]) <= max(few, len(values) // 100)
    found = np.flatnonzero((usual.max() > 0) & (farthest > FAR_OUT * usual) & (farthest > width / 4) & alone)
    if not len(found):
        return ""
    worst = int(found[(farthest / usual)[found].argmax()])
    low, high = (middle[worst] + side * usual[worst] for side in (-1, 1))
    few = int((away[:, worst] > FAR_OUT * usual[worst]).sum())
    codes = 1 + math.ceil((high - low) / evidence.input.step)
    where = f" of feature {worst}" if values.shape[1] > 1 else ""
    reach = values[away[:, worst].argmax(), worst]
    return (
        f"{few} of {len(values):,} values{where} {'lies' if few == 1 else 'lie'} far out, up to {reach:.4g}, the others between {low:.4g} and "
        f"{high:.4g}: these share {codes} of 256 codes; take such values out of the samples, or clip them before the model"
    )


def unequal_features(evidence: Evidence) -> str:
    """Features that have a few codes, because another one sets the scale for all."""
    values = features(evidence)
    count = values.shape[1]
    if count < 2:
        return ""
    codes = evidence.codes.reshape(-1, count)
    reach = np.quantile(np.abs(values), 0.99, axis=0, method="lower")
    largest = int(reach.argmax())
    starved = []
    for feature in np.flatnonzero((reach > 0) & (reach * UNEQUAL <= reach[largest])):
        used, different = len(np.unique(codes[:, feature])), len(np.unique(values[:, feature]))
        if used < STARVED and used < different and np.ptp(values[:, feature]) > reach[feature] / 100:  # less is noise
            starved.append((int(feature), used))
    if not starved:
        return ""
    shown = ", ".join(f"feature {feature} has {used} of 256 codes" for feature, used in starved[:NAMED])
    more = f" and {len(starved) - NAMED} more have as few" if len(starved) > NAMED else ""
    times = reach[largest] / reach[starved[0][0]]
    both = "both" if count == 2 else "all"
    return f"{shown}{more}, because feature {largest} is {_round(times)} times larger: normalize {both} before the model"


def _round(value: float) -> str:
    """Two digits: 9,987 is 10,000 times larger for a person."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return f"{round(value / unit) * unit:,.0f}"


def outside_input(evidence: Evidence) -> str:
    """Samples beyond what the input's codes hold."""
    share = outside(evidence)
    if share < OUTSIDE:
        return ""
    low, high = evidence.input.range
    theirs = f"{evidence.inputs.min():.4g} to {evidence.inputs.max():.4g}"
    return (
        f"{percent(share)} of the samples' numbers, which go from {theirs}, lie outside what the input holds, {low:.4g} to {high:.4g}, and are cut "
        "off: scale the samples as in training, or convert the model on samples like these"
    )


def beyond_output(evidence: Evidence) -> str:
    """An output whose range clips: by the float model's answers, or without one by answers at an end that is not 0."""
    low, high = evidence.output.range
    if evidence.floats is not None:
        share = float(((evidence.floats < low - evidence.output.step) | (evidence.floats > high + evidence.output.step)).mean())
        if share < OUTSIDE:
            return ""
        return (
            f"{percent(share)} of the float model's answers lie outside what the output holds, {low:.4g} to {high:.4g}, and are cut off: convert the "
            "model on samples that reach as far"
        )
    if evidence.decides != "numbers" or evidence.end in FIXED or evidence.output.type != "INT8":
        return ""
    for code, value in ((-128, low), (127, high)):
        share = float((evidence.answers == code).mean())
        if share >= AT_AN_END and code != evidence.output.zero_point:
            return (
                f"{percent(share)} of the answers lie at the {'lowest' if code < 0 else 'highest'} code, {value:.4g}: the output's range clips them"
            )
    return ""


def one_answer(evidence: Evidence, found: Useful, explained: bool, silent: str | None) -> str:
    """The same answer to samples that differ."""
    if found.distinct > 1 or found.count < 2 or (evidence.all_inputs == evidence.all_inputs[0]).all():
        return ""
    if found.differing == 1:
        nearer = f"they lie closer together than one step of the input, {evidence.input.step:.3g}"
        return "" if explained else f"all samples become the same codes: {nearer}; take what they have in common off before the model"
    floats, step = evidence.floats, evidence.output.step
    if floats is None:
        where = f", from layer {silent} on" if silent else ""
        return f"all {found.count:,} samples get the same answer{where}"
    low, high = float(floats.min()), float(floats.max())
    varies = float((floats.max(axis=0) - floats.min(axis=0)).max())
    if varies == 0 or (silent and varies <= 1e-6 * max(abs(low), abs(high))):
        span = " to ".join(dict.fromkeys((f"{low:.4g}", f"{high:.4g}")))
        gives = f"the float model itself gives one answer to all samples, {span}"
        if at_ends(evidence, floats):
            return f"{gives}: its {evidence.end} is saturated, as the sums before it lie far from 0 for every sample; train it anew with smaller sums"
        layer = f"layer {silent}" if silent else "a layer"
        return (
            f"{gives}: {layer} answers the same to every sample: its bias outweighs its weights, these are 0, or its ReLU never rises above 0 "
            "(a dead one)"
        )
    if varies < 2 * step:
        fixed = f"{evidence.end} has fixed steps of {step:.3g}" if evidence.end in FIXED else "that is the output's step"
        mends = FIXED.get(evidence.end, "scale the targets so that they spread, or check the output's range in the calibration samples")
        return f"the float model's answers differ by {varies:.3g} only ({low:.3g} to {high:.3g}), less than {step:.3g} can tell: {fixed}; {mends}"
    if silent and not explained:
        return f"layer {silent} answers the same to every sample on the board: what reaches it lies below one step of its scale"
    return ""


def at_ends(evidence: Evidence, floats: Reals) -> bool:
    """Whether each answer (S, outputs) of the float model lies at an end of what the model's last operator can answer."""
    lowest = -1 if evidence.end == "TANH" else 0
    near = evidence.output.step
    return evidence.end in FIXED and bool(((floats < lowest + near) | (floats > 1 - near)).all())


def never_chosen(evidence: Evidence) -> str:
    """Classes that the float model chooses and the board never does; without a float model, those that are never chosen."""
    if evidence.decides == "numbers" or wide(evidence.output) < 2 or len(evidence.answers) < 2:
        return ""
    said = np.unique(evidence.decisions(evidence.reals))
    if evidence.floats is not None:
        theirs = evidence.decisions(evidence.floats)
        missing = [int(each) for each in np.unique(theirs) if each not in said]
        shown = ", ".join(f"{evidence.class_name(each)} (float: {int((theirs == each).sum())} times)" for each in missing[:NAMED])
        return f"the board never chooses {_classes(missing)}{shown}{' ...' if len(missing) > NAMED else ''}" if missing else ""
    classes = range(wide(evidence.output) if evidence.decides == "a class" else 0)
    missing = [each for each in classes if each not in said]
    # as many samples as can be expected to show every class
    if not missing or len(evidence.answers) < 3 * len(classes):
        return ""
    shown = ", ".join(evidence.class_name(each) for each in missing[: 4 * NAMED])
    return f"{len(missing)} of {len(classes)} classes are never chosen: {shown}{' ...' if len(missing) > 4 * NAMED else ''}"


def _classes(missing: list[int]) -> str:
    return "class " if len(missing) == 1 else "classes "


def guessing(manifest: Manifest, evidence: Evidence, found: Useful) -> str:
    """Answers that have nothing to do with the targets. Where only the board's have not, samples and targets fit the model, and int8 is the cause."""
    least = manifest.limits.skill
    if found.skill is None or found.skill >= least or found.distinct < 2:
        return ""
    theirs = skill_of(manifest, evidence, evidence.floats)
    if theirs is not None and theirs >= least:
        return ""
    as_well = "" if theirs is None else f", and neither have the float model's ({percent(theirs)})"
    return (
        f"the answers have no more to do with the targets than guesses have ({percent(found.skill)} of the way to perfect){as_well}: the samples "
        "are not prepared as in training (order of axes, scaling), the targets are in another order than the outputs, or the model did not learn them"
    )


def rounding(evidence: Evidence, found: Useful) -> str:
    """Most of the error comes from rounding the input."""
    if not found.input_rms or found.rest_rms is None or found.input_rms < 2 * found.rest_rms:
        return ""
    return (
        f"most of the error comes from rounding the input to steps of {evidence.input.step:.3g} (RMS {found.input_rms:.3g} of it, the rest "
        f"{found.rest_rms:.3g}): the model answers to differences smaller than that; scale or transform the input before the model"
    )
