"""Everything the page says in numbers, computed once by the project's own code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plumbline.learn.bowl import Bowl, bowl, measured_stable_rate
from plumbline.learn.descent import Descent, Floats, descend, gradient, rates
from plumbline.learn.material import Staircase, Trained, staircase, trained
from plumbline.learn.trial import GUESS, TRIALS, Run, Trial, run, steps_by_rate
from plumbline.training.recipes import linear, sine

WALK = Trial("walk", 0.02)
"""The rate of the walk through the bowl: small enough that single steps can be seen, large enough to arrive."""

SHOWN_EPOCHS = (0, 10, 20, 50, 100, 200, 300, 400, 500)
LONGER = tuple(factor * linear.RECIPE.epochs for factor in (1, 2, 4, 10))
"""Epochs after which the neuron is asked again for x = 10."""

PAST_THE_EDGE = (12.7, 12.8, 13.0, 20.0)


@dataclass(frozen=True)
class Row:
    """One epoch, by hand and by Keras: w, b and the loss before its step, which Keras reports; nothing before the first."""

    epoch: int
    by_hand: tuple[np.float32, np.float32, np.float32 | None]
    keras: tuple[np.float32, np.float32, np.float32 | None]

    @property
    def same(self) -> bool:
        """Whether the weights agree in every bit."""
        return all(hand.tobytes() == keras.tobytes() for hand, keras in zip(self.by_hand[:2], self.keras[:2], strict=True))


@dataclass(frozen=True)
class Lesson:
    """The material, and what follows from it."""

    keras: Trained
    stairs: Staircase
    sine: Trained

    learning_rate = linear.LEARNING_RATE

    @cached_property
    def x(self) -> Floats:
        return np.asarray(linear.RECIPE.data().inputs.ravel(), np.float32)

    @cached_property
    def y(self) -> Floats:
        return np.asarray(linear.RECIPE.data().targets.ravel(), np.float32)

    @cached_property
    def bowl(self) -> Bowl:
        return bowl(self.x, self.y)

    @cached_property
    def guess(self) -> tuple[float, float, float]:
        """Loss, dL/dw and dL/db of the first guess."""
        loss, by_w, by_b = gradient(self.x, self.y, *map(np.float32, GUESS))
        return float(loss), float(by_w), float(by_b)

    @cached_property
    def walk(self) -> Run:
        return run(self.x, self.y, WALK)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The five learning rates."""
        return tuple(run(self.x, self.y, trial) for trial in TRIALS)

    @cached_property
    def measured_limit(self) -> float:
        """The largest stable rate as actual runs show it."""
        return measured_stable_rate(self.x, self.y, *GUESS)

    @cached_property
    def by_rate(self) -> tuple[NDArray[np.float64], list[int | None]]:
        """Rates up to the limit and the steps each takes: closer together where the limit is near."""
        limit, fastest = self.bowl.largest_stable_rate, self.bowl.fastest_rate
        tried = np.concatenate([np.geomspace(fastest / 32, fastest, 41)[:-1], limit - np.geomspace(limit - fastest, limit / 200, 16)])
        return tried, steps_by_rate(self.x, self.y, list(tried))

    @cached_property
    def by_hand(self) -> Descent:
        """Gradient descent from where Keras started, for the longest of LONGER."""
        _, w, b = self.keras.line[0]
        return descend(self.x, self.y, w, b, rates("constant", self.learning_rate, max(LONGER), 1))

    @cached_property
    def rows(self) -> list[Row]:
        """By hand and by Keras, at every epoch whose weights Keras's training noted."""
        hand, loss = self.by_hand, self.keras.loss
        return [
            Row(
                epoch,
                (hand.w[epoch], hand.b[epoch], hand.loss[epoch - 1] if epoch else None),
                (np.float32(w), np.float32(b), loss[epoch - 1] if epoch else None),
            )
            for epoch, w, b in self.keras.line
        ]

    @cached_property
    def loss_difference(self) -> float:
        """The largest relative difference between both losses over all epochs."""
        keras = self.keras.loss.astype(np.float64)
        return float(np.max(np.abs(self.by_hand.loss[: len(keras)] / keras - 1)))

    @cached_property
    def at_ten(self) -> list[tuple[int, np.float32]]:
        """The answer to x = 10 after each of LONGER epochs."""
        return [(epochs, self.by_hand.w[epochs] * np.float32(10) + self.by_hand.b[epochs]) for epochs in LONGER]

    @cached_property
    def standstill(self) -> int:
        """The epoch from which on no step moves w or b any more; the last one where all do."""
        moves = (np.diff(self.by_hand.w) != 0) | (np.diff(self.by_hand.b) != 0)
        return int(np.flatnonzero(moves)[-1]) + 1

    @cached_property
    def past_the_edge(self) -> list[tuple[float, float, float, bool]]:
        """x, the float line's answer, what clamping would answer, and whether the board answers at all."""
        high = self.stairs.manifest.domain[1]
        return [(x, self.stairs.w * x + self.stairs.b, self.stairs.at(x), x <= high) for x in PAST_THE_EDGE]

    @cached_property
    def straight(self) -> Descent:
        """The neuron alone, on the points of the sine."""
        points = sine.RECIPE.data()
        x, y = points.inputs.ravel(), points.targets.ravel()
        return descend(x, y, 0, 0, rates("constant", bowl(x, y).fastest_rate, 500, 1))

    @cached_property
    def straight_rmse(self) -> float:
        """Of that neuron, on the test points which the recipe is measured on."""
        test = sine.test()
        error = self.straight.w[-1] * test.inputs + self.straight.b[-1] - test.targets
        return float(np.sqrt(np.mean(error.astype(np.float64) ** 2)))

    @property
    def test_points(self) -> int:
        return len(sine.test().inputs)

    @property
    def sine_rmse(self) -> float:
        """Of the recipe's network on the same points."""
        return float(self.sine.content["splits"]["test"]["rmse"])


def load(build: Path) -> Lesson:
    """Gather the lesson from `build/linear` and `build/sine`.

    Raises:
        ArtefactsDisagree: a stage has not run, or its files are not what its manifest says.
    """
    keras = trained(build / "linear", "noted", "loss")
    return Lesson(keras, staircase(build / "linear", keras), trained(build / "sine", "curve", "splits"))
