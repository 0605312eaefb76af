"""Causes that lie in the output of a model or in the targets: steps that are too wide for what an output answers, and targets that show nothing."""

from __future__ import annotations

import math

import numpy as np

from plumbline.common.evidence import Evidence, wide
from plumbline.common.limits import Limits
from plumbline.common.useful import Useful, spreads


def coarse_output(evidence: Evidence, found: Useful, limits: Limits) -> str:
    """An output that misses the limit because the steps of the output, which another one or an offset makes wide, are too wide for it."""
    floats, step = evidence.floats, evidence.output.step
    if floats is None or found.distinct < 2 or found.rms_share is None or found.rms_share <= limits.rms or evidence.decides != "numbers":
        return ""
    spread, _ = spreads(floats)
    worst = int(np.argmin(spread))
    if len(spread) != floats.shape[1] or not 0 < spread[worst] * limits.rms < step / math.sqrt(12):  # RMS of rounding to steps
        return ""
    where, reach = f" {worst}" if len(spread) > 1 else "", np.abs(floats).max(axis=0)
    shown = f"the float model's output{where} spreads over {spread[worst]:.3g}, but the output has steps of {step:.3g}, because"
    if reach.max() >= 4 * reach[worst]:
        return f"{shown} output {int(reach.argmax())} reaches {reach.max():.3g}: train the model on targets of one size"
    if abs(middle := float(np.median(floats[:, worst]))) > 2 * spread[worst]:
        return f"{shown} it lies around {middle:.4g} and the codes hold 0 as well: train the model on targets from which this is subtracted"
    return f"{shown} a few answers reach {reach.max():.3g}: scale the targets, or leave such samples out"


def equal_targets(evidence: Evidence) -> str:
    """Numbers as targets that are all the same, although the answers are not."""
    targets = evidence.targets
    if targets is None or evidence.decides != "numbers" or len(targets) < 2 or np.ptp(targets) > 0 or len(np.unique(evidence.answers, axis=0)) < 2:
        return ""
    return f"all targets are {float(np.ravel(targets)[0]):.4g}, so that they do not show whether the answers have to do with them"


def close_decisions(evidence: Evidence, limits: Limits) -> str:
    """More decisions that differ than the limit allows, because the float model's answers lie closer together than the steps of the output."""
    floats, step = evidence.floats, evidence.output.step
    if floats is None or evidence.decides == "numbers":
        return ""
    if evidence.decides == "a class":
        two = np.sort(floats.reshape(len(floats), -1, wide(evidence.output)), axis=2)[:, :, -2:]
        apart = two[:, :, 1] - two[:, :, 0]
    else:
        apart = np.abs(floats - 0.5)
    other = evidence.decisions(evidence.reals) != evidence.decisions(floats)
    close = int((apart[other] < step).sum())
    if other.mean() <= 1 - limits.agreement or 2 * close < other.sum():
        return ""
    what = "the float model's first two classes lie" if evidence.decides == "a class" else "the float model's answers lie from 0.5"
    return (
        f"in {close:,} of the {int(other.sum()):,} decisions that differ {what} less than one step of the output, {step:.3g}, apart: the model "
        "hardly decides there; train it on, or leave its last operator away and compare what comes before"
    )
