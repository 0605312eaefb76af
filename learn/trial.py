"""Learning rates on trial: the same start with five of them, what became of each, and how many steps it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from plumbline.learn.descent import Descent, Floats, Schedule, descend, rates

Outcome = Literal["arrives", "oscillates", "crawls", "diverges"]

GUESS = (10.0, 10.0)
"""The first guess of the lesson: y = 10 x + 10."""

TARGET = 1e-4
"""The loss at which the line counts as found."""

STEPS = 500
HALF_LIFE = 20
"""Steps after which a schedule has halved its rate, unless told otherwise."""

WINDOW = 10
"""A run oscillates when at least half of the last so many steps before its target turned back on the step before."""


@dataclass(frozen=True)
class Trial:
    """A learning rate to try, and what it stands for in the lesson."""

    name: str
    rate: float
    schedule: Schedule = "constant"


TRIALS = (
    Trial("too small", 0.0005),
    Trial("good", 0.1),
    Trial("oscillating", 0.17),
    Trial("too large", 0.2),
    Trial("shrinking", 0.2, "inverse"),
)
"""In decimal numbers that a person can type; that each behaves as its name says is asserted in the tests."""


@dataclass(frozen=True)
class Run:
    """A trial and what became of it."""

    trial: Trial
    descent: Descent
    reached: int | None
    """The first step after which the loss is at most TARGET."""
    outcome: Outcome


def run(x: Floats, y: Floats, trial: Trial, start: tuple[float, float] = GUESS, steps: int = STEPS, half_life: int = HALF_LIFE) -> Run:
    """Descend on points x, y (n,) as the trial says."""
    descent = descend(x, y, *start, rates(trial.schedule, trial.rate, steps, half_life))
    return Run(trial, descent, steps_to(descent), judge(descent))


def steps_to(descent: Descent, target: float = TARGET) -> int | None:
    """The first step after which the loss is at most `target`; None where it never is."""
    below = np.flatnonzero(descent.loss.astype(np.float64) <= target)
    return int(below[0]) if len(below) else None


def turns(descent: Descent, end: int) -> int:
    """How many of the WINDOW steps before step `end` turned back: their gradient and the one before point more apart than 90 degrees."""
    gradient = descent.gradient[max(0, end - WINDOW) : end + 1].astype(np.float64)
    return int(np.sum(gradient[1:, 0] * gradient[:-1, 0] + gradient[1:, 1] * gradient[:-1, 1] < 0))


def judge(descent: Descent) -> Outcome:
    """What a run did: it ends above its start, or beyond float32; it turns back and forth; it reaches the target; or it is still on its way."""
    loss = descent.loss.astype(np.float64)
    if not np.isfinite(loss[-1]) or (loss[-1] > loss[0] and loss[-1] > TARGET):
        return "diverges"
    reached = steps_to(descent)
    if 2 * turns(descent, descent.steps if reached is None else reached) >= WINDOW:
        return "oscillates"
    return "crawls" if reached is None else "arrives"


def steps_by_rate(x: Floats, y: Floats, rates_tried: Sequence[float], start: tuple[float, float] = GUESS, most: int = 2000) -> list[int | None]:
    """The steps each constant rate takes to TARGET; None where `most` would not do."""

    def search(rate: float) -> int | None:
        for steps in (most // 16, most // 4, most):  # most rates need few
            reached = run(x, y, Trial("", rate), start, steps).reached
            if reached is not None:
                return reached
        return None

    return [search(rate) for rate in rates_tried]
