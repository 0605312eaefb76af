"""Draws the loss curve."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

BLUE = "#0072B2"
"""From Okabe and Ito's palette, which every kind of colour vision tells apart; the end is marked by shape and text as well."""


def loss_curve(name: str, loss: NDArray[np.float32]) -> bytes:
    """A PNG of the loss (E,) per epoch on a logarithmic scale, its last value written out."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    epochs = np.arange(1, len(loss) + 1)
    figure = Figure(figsize=(7, 4), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    axes.plot(epochs, loss, color=BLUE, linewidth=2)
    axes.plot(epochs[-1:], loss[-1:], marker="o", color=BLUE)
    axes.annotate(f"{loss[-1]:.3g}", (epochs[-1], loss[-1]), xytext=(-9, -3), textcoords="offset points", ha="right")
    if (loss > 0).all():
        axes.set_yscale("log")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss before the epoch's step")
    axes.set_title(f"Training {name}")
    axes.grid(True, which="major", alpha=0.3)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
