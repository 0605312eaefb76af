"""How good a model is on a held-back test split: the metric, what a recipe demands of it, and whether an answer meets the demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from plumbline.common.by_name import ONLY, sentences_of
from plumbline.common.documents import Amount

Kind = Literal["accuracy", "rmse", "max_error"]
KINDS: tuple[Kind, ...] = ("accuracy", "rmse", "max_error")


@dataclass(frozen=True)
class Quality:
    """What a recipe demands of an output on its test split. For "accuracy" more is better, for the two errors less is."""

    kind: Kind
    reach: Amount | None
    """The float model's metric must be this good at least: accuracy in [0, 1], an error in units of the output; None where nobody demands it."""
    int8_may_lose: Amount
    """How much worse than the float model's the metric of the int8 model, and of the board, may be."""
    steps: Amount | None = None
    """Largest |int8 - float| accepted over all compared codes, in output steps; None does not ask."""
    baselines: Mapping[str, float] = field(default_factory=dict)
    """Metric of simpler predictions on the same split, by name: float model and board must be better than each."""
    classes: tuple[str, ...] = ()
    """What a classifier's outputs are called in reports, in their order; empty for their numbers."""
    output: str = ONLY
    """Of a model with several outputs the one that it is demanded of. A recipe gives a quality for each by name instead."""

    def lost(self, reference: float, value: float) -> float:
        """How much worse `value` is than `reference`; negative where it is better."""
        return reference - value if self.kind == "accuracy" else value - reference

    def shortcomings(self, who: str, value: float, reference: float | None = None) -> list[str]:
        """Why a metric does not suffice, a sentence each.

        Args:
            who: whose metric it is, e.g. "the float model".
            value: the metric.
            reference: the float model's metric where `value` is another's; None where it is the float model's own.
        """
        return list(sentences_of(self.output, self._shortcomings(who, value, reference)))

    def _shortcomings(self, who: str, value: float, reference: float | None) -> list[str]:
        found = []
        shown = f"{who} reaches {self.kind} {value:.6g}"
        if not np.isfinite(value):
            return [f"{who} has no {self.kind}: an answer is not a number"]
        if reference is None and self.reach is not None and self.lost(self.reach, value) > 0:
            found.append(f"{shown}, the recipe demands {self.reach:g}")
        # 1e-9: the metric is a sum in float64, and equality is allowed.
        if reference is not None and self.lost(reference, value) > self.int8_may_lose + 1e-9:
            found.append(f"{shown}, {self.lost(reference, value):.6g} worse than the float model; at most {self.int8_may_lose:g} is allowed")
        found += [f"{shown}, no better than {name} ({each:.6g})" for name, each in self.baselines.items() if not self.lost(each, value) < 0]
        return found


def measure(kind: Kind, answers: NDArray[Any], targets: NDArray[Any]) -> float:
    """The metric over a test split.

    Args:
        kind: which.
        answers: real numbers (N, outputs).
        targets: integer labels (N,) or (N, 1), or values that flatten to (N, outputs); one-hot ones count as labels for "accuracy".
    """
    if kind == "accuracy":
        return float(np.mean(predicted(answers) == labels(targets)))
    distances = np.abs(answers.astype(np.float64) - targets.reshape(answers.shape).astype(np.float64))
    return float(distances.max()) if kind == "max_error" else float(np.sqrt(np.mean(distances**2)))


def predicted(answers: NDArray[Any]) -> NDArray[np.int64]:
    """The class (N,) of each answer (N, classes), the first of equals; of a single output 1 above 0.5, else 0."""
    return np.asarray(answers[:, 0] > 0.5 if answers.shape[1] == 1 else answers.argmax(axis=1), np.int64)


def labels(targets: NDArray[Any]) -> NDArray[np.int64]:
    """The class (N,) of each target: a label, or the place of a one-hot vector's one."""
    flat = targets.reshape(len(targets), -1)
    return np.asarray(np.rint(flat[:, 0]) if flat.shape[1] == 1 else flat.argmax(axis=1), np.int64)


def is_labels(targets: NDArray[Any], classes: int) -> bool:
    """Whether targets (N, ...) name one class each of a model with so many outputs, by number or as a one-hot vector; of one output, 0 or 1."""
    flat = targets.reshape(len(targets), -1).astype(np.float64)
    if flat.shape[1] == 1:
        return bool((flat == np.rint(flat)).all() and flat.min() >= 0 and flat.max() < max(classes, 2))
    return flat.shape[1] == classes and bool(np.isin(flat, (0, 1)).all() and (flat.sum(axis=1) == 1).all())


def skill(kind: Kind, answers: NDArray[Any], targets: NDArray[Any]) -> float | None:
    """Which share of the way from guessing to perfect the answers go: 0 is guessing, 1 perfect, below 0 worse than guessing.

    For labels it is (r - 1/k) / (1 - 1/k), with r the mean of the shares of each of the k labels that were recognized, so that a rare label counts
    as much as a frequent one (Youden's J for two). For numbers it is 1 - mean squared error / variance of the targets, R squared.

    Returns:
        None where guessing is perfect: all targets are equal.
    """
    if kind == "accuracy":
        is_, said = labels(targets), predicted(answers)
        found = np.unique(is_)
        if len(found) < 2:
            return None
        recognized = float(np.mean([(said[is_ == each] == each).mean() for each in found]))
        return (recognized - 1 / len(found)) / (1 - 1 / len(found))
    wanted = targets.reshape(answers.shape).astype(np.float64)
    around = ((wanted - wanted.mean(axis=0)) ** 2).mean()
    return float(1 - ((answers.astype(np.float64) - wanted) ** 2).mean() / around) if around > 0 else None
