"""The page's figures as PNG files, drawn by matplotlib from the same `Plot`."""

from __future__ import annotations

import io
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib.figure import Figure

from plumbline.learn.plot import Arrow, Band, Curve, Dots, Mark, Note, Plot, Rule
from plumbline.learn.style import STYLES, Shape

MARKERS: dict[Shape, str] = {"circle": "o", "square": "s", "diamond": "D", "triangle": "^", "cross": "x"}
DPI = 120
PIXELS_PER_INCH = 80
"""Units of a plot on an inch of paper: sets how large matplotlib's letters are beside it."""


def draw(plot: Plot) -> bytes:
    """The figure as a PNG with its title, legend and axes; the description is in the file's metadata."""
    figure = Figure(figsize=(plot.width / PIXELS_PER_INCH, plot.height / PIXELS_PER_INCH + 0.5), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    shown = {id(mark) for mark in plot.labelled()}
    for mark in plot.marks:
        put(axes, mark, mark.label if not isinstance(mark, Note) and id(mark) in shown else None)
    for axis, name in ((plot.x, "x"), (plot.y, "y")):
        getattr(axes, f"set_{name}scale")("log" if axis.log else "linear")
        getattr(axes, f"set_{name}lim")(axis.low, axis.high)
        getattr(axes, f"set_{name}label")(axis.label)
    if plot.equal:
        axes.set_aspect("equal")
    axes.grid(True, alpha=0.25)
    axes.set_title(plot.title, fontsize=11)
    if shown:
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    png = io.BytesIO()
    figure.savefig(png, format="png", metadata={"Title": plot.title, "Description": plot.description, "Software": None})
    return png.getvalue()


def put(axes: Any, mark: Mark, label: str | None) -> None:
    """Draw one mark."""
    if isinstance(mark, Note):
        axes.annotate(mark.text, (mark.x, mark.y), ha={"start": "left", "middle": "center", "end": "right"}[mark.anchor], fontsize=8, clip_on=True)
        return
    style = STYLES[mark.style]
    line: dict[str, Any] = {"color": style.light, "linewidth": 0.7 * style.width, "label": label}
    line["linestyle"] = (0, tuple(length / style.width for length in style.dash)) if style.dash else "-"
    if isinstance(mark, Curve):
        axes.plot(mark.x, mark.y, **line)
    elif isinstance(mark, Dots):
        axes.plot(mark.x, mark.y, MARKERS[style.shape], color=style.light, markersize=1.3 * mark.size, label=label)
    elif isinstance(mark, Band):
        axes.axhspan(mark.low, mark.high, alpha=0.12, color=style.light)
        axes.axhline(mark.low, **line)
        axes.axhline(mark.high, **line | {"label": None})
    elif isinstance(mark, Rule):
        (axes.axvline if mark.axis == "x" else axes.axhline)(mark.at, **line)
    elif isinstance(mark, Arrow):
        axes.annotate("", (mark.x[1], mark.y[1]), (mark.x[0], mark.y[0]), arrowprops={"arrowstyle": "-|>", "color": style.light})
        axes.plot([], [], ">", color=style.light, markersize=6, label=label)  # for the legend, which knows no annotations
