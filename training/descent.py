"""Gradient descent by hand for one neuron: what Keras does in every training step, written out in NumPy float32."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Line:
    """y = w x + b after training, and the mean squared error before each step."""

    w: np.float32
    b: np.float32
    loss: tuple[np.float32, ...]


def fit_line(x: NDArray[np.float32], y: NDArray[np.float32], w: np.float32, b: np.float32, rate: float, steps: int) -> Line:
    """Fit y = w x + b to points by `steps` steps of gradient descent on the mean squared error.

    The loss is L = sum((w x + b - y)^2) / n, so dL/dw = sum(2 (w x + b - y) x) / n and dL/db = sum(2 (w x + b - y)) / n.
    Every intermediate result is rounded to float32 in the order in which Keras computes it; a test holds both to the same bits.

    Args:
        x, y: the points, float32, both of shape (n,).
        w, b: where to start.
        rate: learning rate.
        steps: number of steps; each takes all points.
    """
    step_size, one_nth, two = np.float32(rate), np.float32(1) / np.float32(len(x)), np.float32(2)
    losses = []
    for _ in range(steps):
        error = w * x + b - y
        losses.append(np.mean(error * error, dtype=np.float32))
        gradient = one_nth * (two * error)  # of the loss by each prediction
        w = w - step_size * np.sum(gradient * x, dtype=np.float32)
        b = b - step_size * np.sum(gradient, dtype=np.float32)
    return Line(w, b, tuple(losses))
