"""Gradient descent by hand for one neuron: what Keras does in every training step, written out in NumPy float32."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Schedule = Literal["constant", "inverse", "halving"]


@dataclass(frozen=True)
class Descent:
    """Where S steps led: every array starts with the starting point and has S + 1 entries."""

    w: Floats
    b: Floats
    loss: Floats
    """Mean squared error at each point; infinite or NaN where float32 no longer holds it."""
    gradient: Floats
    """(S + 1, 2): dL/dw and dL/db at each point."""

    @property
    def steps(self) -> int:
        return len(self.w) - 1


def gradient(x: Floats, y: Floats, w: np.float32, b: np.float32) -> tuple[np.float32, np.float32, np.float32]:
    """Loss and gradient of y = w x + b on points x, y (n,): L, dL/dw, dL/db.

    The loss is L = sum((w x + b - y)^2) / n, so dL/dw = sum(2 (w x + b - y) x) / n and dL/db = sum(2 (w x + b - y)) / n.
    Every intermediate result is rounded to float32 in the order in which Keras computes it; a test holds both to the same bits. Below
    eight points np.sum adds from left to right, as the script of the lab's page does.
    """
    one_nth, two = np.float32(1) / np.float32(len(x)), np.float32(2)
    error = w * x + b - y
    loss = np.mean(error * error, dtype=np.float32)
    each = one_nth * (two * error)  # of the loss by each prediction
    return loss, np.sum(each * x, dtype=np.float32), np.sum(each, dtype=np.float32)


def descend(x: Floats, y: Floats, w: float, b: float, rates: Floats) -> Descent:
    """Fit y = w x + b to points by gradient descent on the mean squared error.

    Args:
        x, y: the points, both of shape (n,).
        w, b: where to start; rounded to float32.
        rates: (S,) the learning rate of each step; each step takes all points. See `rates`.

    Returns:
        All of the way. Nothing is raised where it diverges: the numbers run to infinity and NaN, as Keras's would.
    """
    ws, bs, losses, gradients = [np.float32(w)], [np.float32(b)], [], []
    with np.errstate(over="ignore", invalid="ignore"):
        for step_size in rates:
            loss, by_w, by_b = gradient(x, y, ws[-1], bs[-1])
            losses.append(loss)
            gradients.append((by_w, by_b))
            ws.append(ws[-1] - step_size * by_w)
            bs.append(bs[-1] - step_size * by_b)
        loss, *last = gradient(x, y, ws[-1], bs[-1])
    return Descent(*(np.array(each, np.float32) for each in (ws, bs, [*losses, loss], [*gradients, last])))


SCHEDULES: dict[Schedule, Callable[[float, int, int], float]] = {
    "constant": lambda rate, step, half_life: rate,
    "inverse": lambda rate, step, half_life: rate / (1 + step / half_life),
    "halving": lambda rate, step, half_life: math.ldexp(rate, -(step // half_life)),
}
"""The learning rate of a step, counted from 0: the same all along; half after `half_life` steps, a third after twice as many, and so on; or
cut in half every `half_life` steps. Only operations that IEEE 754 fixes to the last bit, so that the lab's page can repeat them."""


def rates(schedule: Schedule, rate: float, steps: int, half_life: int) -> Floats:
    """The learning rates (steps,) of a schedule that starts with `rate`; computed in float64, then rounded to float32."""
    return np.array([SCHEDULES[schedule](rate, step, half_life) for step in range(steps)], np.float32)
