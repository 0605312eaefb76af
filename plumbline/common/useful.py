"""Whether a board is of use on real data: how far its answers lie from the float model's at the samples, and whether that is near enough.

Conversion and verification judge alike: the one the answers that the board must give, the other those that it gave.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common.by_name import ONLY, sentences_of
from plumbline.common.documents import Count
from plumbline.common.evidence import Decides, Evidence
from plumbline.common.limits import Limits
from plumbline.common.manifest import TensorSpec
from plumbline.common.numbers import percent
from plumbline.common.rows import Reals

SINGLE_OUTPUTS = 16
"""Up to so many numbers, each output is judged by its own spread; more are one picture or sound, judged by their common one."""


@dataclass(frozen=True)
class Useful:
    """What the samples show of an output. Errors are |answer - float model at the sample|, in units of the output; None without a float model."""

    count: Count
    """Samples."""
    differing: Count
    """Different inputs among them, as codes."""
    distinct: Count
    """Different answers to them."""
    decides: Decides
    """What an answer is."""
    max_error: float | None
    mean_error: float | None
    rms_error: float | None
    max_share: float | None
    """Largest error as a share of the range that the output's codes hold."""
    spread: float | None
    """Distance between the 5th and the 95th percentile of the float model's answers, of the output that `rms_share` speaks of."""
    rms_share: float | None
    """RMS error as a share of the spread, of the worst output where they are judged one by one; infinite where float says one thing only."""
    correlation: float | None
    """Of answers and float model, the lowest of the outputs; None for classifiers, and where one of the two does not vary."""
    agreement: float | None
    """Share of decisions that are the float model's; None for numbers."""
    decided: Count
    """Decisions, of which a picture has several a sample; 0 for numbers."""
    input_rms: float | None
    """RMS error that comes from rounding the input: float model at the code against float model at the sample."""
    rest_rms: float | None
    """RMS error that comes from everything after that: answer against float model at the code."""
    saturated_inputs: float
    """Share of the samples' numbers that lie outside what the input's codes hold."""
    saturated_outputs: float
    """Share of the answers' numbers that are the lowest or the highest code."""
    skill: float | None
    """With targets: share of the way from guessing to perfect."""
    missed: tuple[str, ...]
    """The limits that are missed, a sentence each with both numbers."""
    causes: tuple[str, ...]
    """What stands in the way, a sentence each; see `plumbline.common.diagnosis`. A warning where no limit is missed."""
    output: str = ONLY
    """Its name, of a model with several outputs."""

    def named(self, sentences: Iterable[str]) -> tuple[str, ...]:
        """The sentences with the output's name before each, where there are several."""
        return sentences_of(self.output, sentences)

    @property
    def told(self) -> tuple[str, ...]:
        """All that is to be said of it."""
        return self.named((*self.missed, *self.causes))


def spreads(floats: Reals) -> tuple[Reals, Reals]:
    """(K,) spreads and (K,) scatter of answers (S, outputs), K outputs of which each is judged alone, or 1 where they are too many for that.

    The spread is from the 5th to the 95th percentile: one answer far out must not hide what happens to all others. Where these are equal, it is
    from the lowest to the highest.
    """
    columns = floats if floats.shape[1] <= SINGLE_OUTPUTS else (floats - np.median(floats, axis=0)).reshape(-1, 1)
    low, high = np.percentile(columns, (5, 95), axis=0)
    whole = columns.max(axis=0) - columns.min(axis=0)
    return np.where(high > low, high - low, whole), columns.std(axis=0)


def shares(errors: Reals, floats: Reals, step: float) -> tuple[Reals, Reals]:
    """(K,) RMS errors as shares of the spreads, and these; see `spreads`. Where float says one thing only, an error within a step does not count."""
    spread, _ = spreads(floats)
    squares = errors**2 if errors.shape[1] == len(spread) else (errors**2).reshape(-1, 1)
    rms = np.sqrt(squares.mean(axis=0))
    constant = np.where(rms <= step, 0.0, np.inf)
    return np.divide(rms, spread, out=constant, where=spread > 0), spread


def correlation(answers: Reals, floats: Reals) -> float | None:
    """Pearson's, the lowest of outputs judged alone; None where nothing varies."""
    if floats.shape[1] > SINGLE_OUTPUTS:
        answers, floats = ((each - each.mean(axis=0)).reshape(-1, 1) for each in (answers, floats))
    found = []
    for one, other in zip(answers.T, floats.T, strict=True):
        if len(one) > 1 and one.std() > 0 and other.std() > 0:
            found.append(float(np.corrcoef(one, other)[0, 1]))
    return min(found) if found else None


def outside(evidence: Evidence) -> float:
    """Share of the samples' numbers that lie more than half a step outside what the input's codes hold."""
    beyond, numbers = 0, 0
    for each in evidence.each_input:
        (low, high), half = each.input.range, each.input.step / 2
        beyond += int(((each.inputs < low - half) | (each.inputs > high + half)).sum())
        numbers += each.inputs.size
    return beyond / numbers


def share_of_range(error: float, output: TensorSpec) -> float:
    """An error as a share of the range that the output holds; 0 of a float, which holds everything."""
    low, high = output.range
    return 0.0 if output.type == "FLOAT32" else error / (high - low)


def saturated(evidence: Evidence) -> float:
    """Share of the answers' numbers that are the lowest or the highest that the output holds; 0 of truths and floats, which have none."""
    if evidence.output.type in ("BOOL", "FLOAT32"):
        return 0.0
    info = np.iinfo(evidence.answers.dtype)
    return float(np.isin(evidence.answers, (info.min, info.max)).mean())


def rms(errors: Reals) -> float:
    return float(np.sqrt(np.mean(errors**2)))


def measured(evidence: Evidence, limits: Limits, skill: float | None) -> Useful:
    """The numbers, and which limits they miss; without causes.

    Args:
        evidence: of at least one sample.
        limits: of these, those that need a float model are not asked without one.
        skill: see `plumbline.common.quality.skill`; None where there are no targets.
    """
    reals, floats = evidence.reals, evidence.floats
    distinct, differing = (len(np.unique(each, axis=0)) for each in (evidence.answers, evidence.all_codes))
    unlike = len(np.unique(evidence.all_inputs, axis=0))
    found: dict[str, Any] = dict.fromkeys(
        ("max_error", "mean_error", "rms_error", "max_share", "spread", "rms_share", "correlation", "agreement", "input_rms", "rest_rms")
    )
    decided, missed = 0, []
    if evidence.decides != "numbers":
        decided = evidence.decisions(reals).size
    if floats is not None:
        errors = np.abs(reals - floats)
        each, spread = shares(errors, floats, evidence.output.step)
        each = np.where(unasked(evidence.targets, len(each)), 0.0, each)
        worst = int(each.argmax())
        found |= {"max_error": float(errors.max()), "mean_error": float(errors.mean()), "rms_error": rms(errors)}
        found |= {"max_share": share_of_range(float(errors.max()), evidence.output), "spread": float(spread[worst]), "rms_share": float(each[worst])}
        if evidence.float_codes is not None:
            found |= {"input_rms": rms(evidence.float_codes - floats), "rest_rms": rms(reals - evidence.float_codes)}
        if evidence.decides == "numbers":
            found["correlation"] = correlation(reals, floats)
            missed += _rms_missed(evidence, each, spread, limits)
        else:
            equal = evidence.decisions(reals) == evidence.decisions(floats)
            found["agreement"] = float(equal.mean())
            if equal.mean() < limits.agreement:
                what = "chooses the float model's class" if evidence.decides == "a class" else "says yes and no as the float model does"
                missed.append(
                    f"the board {what} in {percent(float(equal.mean()))} of {equal.size:,} decisions; {percent(limits.agreement)} is the least"
                )
        if unlike < 2 <= min(limits.distinct, len(evidence.inputs)):
            missed.insert(0, f"the {len(evidence.inputs):,} samples are one and the same, so that they show nothing of the model")
        if distinct < min(limits.distinct, unlike):
            answers = "one answer" if distinct == 1 else f"{distinct} answers"
            missed.insert(0, f"the board gives {answers} to {unlike:,} different samples; {limits.distinct} are the fewest")
    if skill is not None and floats is not None and skill < limits.skill:
        missed.append(f"the board's answers go {percent(skill)} of the way from guessing to the targets; {percent(limits.skill)} is the least")
    return Useful(
        count=len(evidence.answers),
        differing=differing,
        distinct=distinct,
        decides=evidence.decides,
        decided=decided,
        saturated_inputs=outside(evidence),
        saturated_outputs=saturated(evidence),
        skill=skill,
        missed=tuple(missed),
        causes=(),
        output=evidence.name,
        **found,
    )


def unasked(targets: NDArray[Any] | None, outputs: int) -> NDArray[np.bool_]:
    """(K,) whether an output's targets are always the same number while another's are not: what it answers around that is noise of the training."""
    if targets is None or targets.size != len(targets) * outputs or outputs < 2:
        return np.zeros(outputs, bool)
    ranges = np.ptp(targets.reshape(-1, outputs), axis=0)
    return np.asarray((ranges == 0) & (ranges.max() > 0), bool)


def _rms_missed(evidence: Evidence, each: Reals, spread: Reals, limits: Limits) -> list[str]:
    """The outputs whose error is too large, the first few by number."""
    wrong = np.flatnonzero(each > limits.rms)
    if not len(wrong):
        return []
    worst = int(each.argmax())
    where = f" of output {worst}" if len(each) > 1 else ""
    others = f" ({len(wrong)} of {len(each)} outputs miss it)" if len(wrong) > 1 else ""
    if not np.isfinite(each[worst]):
        return [f"the float model answers the same to every sample{where}, the board something else{others}"]
    shown = f"{percent(float(each[worst]))} of the {spread[worst]:.4g} over which the float model's answers spread"
    return [f"the RMS error against float{where} at the samples is {shown}; {percent(limits.rms)} is the most{others}"]
