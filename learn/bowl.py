"""The loss of one neuron as the bowl it is: its curvature, its floor, and the largest learning rate that does not climb out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbline.learn.descent import Floats, descend, rates

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Bowl:
    """L(w, b) = floor + (p - bottom)^T H (p - bottom) / 2 with p = (w, b), exactly: the mean squared error of a line is quadratic."""

    hessian: Reals
    """(2, 2): the second derivatives of L by w and b; positive definite where at least two x differ."""
    bottom: Reals
    """(2,): the w and b of least loss."""
    floor: float
    """The least loss: 0 where the points lie on a line."""

    @property
    def curvatures(self) -> Reals:
        """The Hessian's eigenvalues (2,), the smaller first: how sharply the bowl bends along its long and its short axis."""
        return np.asarray(np.linalg.eigvalsh(self.hessian), np.float64)

    @property
    def largest_stable_rate(self) -> float:
        """2 / (largest curvature): along that axis a step multiplies the distance from the bottom by 1 - rate * curvature, and beyond this
        rate that is below -1 (Goodfellow, Bengio, Courville: Deep Learning, 2016, sections 4.3.1 and 8.2.1, have the reasoning)."""
        return float(2 / self.curvatures[1])

    @property
    def fastest_rate(self) -> float:
        """2 / (smallest + largest curvature): both axes shrink by the same factor then, and no other constant rate shrinks the slower more."""
        return float(2 / self.curvatures.sum())

    def loss(self, w: Reals, b: Reals) -> Reals:
        """L at points of any shape."""
        away = np.stack([w - self.bottom[0], b - self.bottom[1]])
        return np.asarray(self.floor + np.einsum("i...,ij,j...->...", away, self.hessian, away) / 2)

    def contour(self, level: float, points: int = 73) -> tuple[Reals, Reals]:
        """w and b (points,) along the ellipse on which the loss is `level`, which lies above the floor; the last point is the first again."""
        curvatures, axes = np.linalg.eigh(self.hessian)
        angle = np.linspace(0, 2 * np.pi, points)
        along = np.sqrt(2 * (level - self.floor) / curvatures)[:, None] * np.stack([np.cos(angle), np.sin(angle)])
        w, b = self.bottom[:, None] + axes @ along
        return w, b


def bowl(x: Floats, y: Floats) -> Bowl:
    """The bowl of y = w x + b on points x, y (n,), in float64. At least two x must differ."""
    inputs = np.stack([x.astype(np.float64), np.ones(len(x))])
    bottom = np.linalg.solve(inputs @ inputs.T, inputs @ y.astype(np.float64))
    return Bowl(2 * inputs @ inputs.T / len(x), bottom, float(np.mean((bottom @ inputs - y) ** 2)))


def measured_stable_rate(x: Floats, y: Floats, w: float, b: float, steps: int = 500, accuracy: float = 1e-3) -> float:
    """The largest constant rate with which `steps` steps from (w, b) really end lower than they began, found by bisection on actual runs.

    Args:
        x, y: points (n,).
        w, b: the start; it must not lie on the bowl's long axis, along which larger rates are stable.
        steps: of each run; the more, the sharper the edge between both outcomes.
        accuracy: relative width of the last interval.
    """

    def stable(rate: float) -> bool:
        loss = descend(x, y, w, b, rates("constant", rate, steps, 1)).loss
        return bool(loss[-1] < loss[0])

    low, high = 1e-6, 1.0
    while stable(high):
        low, high = high, 2 * high
    while high / low - 1 > accuracy:
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if stable(middle) else (low, middle)
    return float(np.sqrt(low * high))
