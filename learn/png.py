"""The page's figures as PNG files, drawn by matplotlib from the same `Plot`."""

from __future__ import annotations

import io
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch

from plumbline.common.figures.plot import Arrow, Band, Bars, Curve, Dots, Mark, Note, Plot, Rule
from plumbline.common.figures.style import STYLES, Shape

MARKERS: dict[Shape, str] = {"circle": "o", "square": "s", "diamond": "D", "triangle": "^", "cross": "x"}
DPI = 120
PIXELS_PER_INCH = 80
"""Units of a plot on an inch of paper: sets how large matplotlib's letters are beside it."""


def draw(plot: Plot) -> bytes:
    """The figure as a PNG with its title, legend and axes; the description is in the file's metadata."""
    heights = [panel.height for panel in plot.panels]
    figure = Figure(figsize=(plot.width / PIXELS_PER_INCH, sum(heights) / PIXELS_PER_INCH + 0.5), dpi=DPI, layout="constrained")
    every = figure.subplots(len(heights), squeeze=False, height_ratios=heights)[:, 0]
    shown = {id(mark) for mark in plot.labelled()}
    named = set(shown)
    for axes, panel in zip(every, plot.panels, strict=True):
        for mark in panel.marks:
            put(axes, mark, mark.label if not isinstance(mark, Note) and id(mark) in named else None)
            named.discard(id(mark))  # a mark of both panels has one line in the legend
        for axis, name in ((panel.x, "x"), (panel.y, "y")):
            getattr(axes, f"set_{name}scale")("log" if axis.log else "linear")
            getattr(axes, f"set_{name}lim")(axis.low, axis.high)
            getattr(axes, f"set_{name}label")(axis.label)
        if panel.equal:
            axes.set_aspect("equal")
        axes.grid(True, alpha=0.25)
        axes.set_title(panel.title, fontsize=11)
    if plot.detail is not None:
        style = STYLES["window"]
        for at, corner in ((plot.detail.x.low, 0), (plot.detail.x.high, 1)):
            start, end = (at, 0), (corner, 1)
            patch = ConnectionPatch(start, end, every[0].get_xaxis_transform(), every[1].transAxes, color=style.light, linewidth=0.7 * style.width)
            figure.add_artist(patch)
    if shown:
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    png = io.BytesIO()
    figure.savefig(png, format="png", metadata={"Title": plot.title, "Description": plot.description, "Software": None})
    return png.getvalue()


def put(axes: Any, mark: Mark, label: str | None) -> None:
    """Draw one mark."""
    if isinstance(mark, Note):
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
        axes.text(mark.x, mark.y, mark.text, ha="center", va="center", fontsize=8, clip_on=True, bbox=paper)
        return
    style = STYLES[mark.style]
    line: dict[str, Any] = {"color": style.light, "linewidth": 0.7 * style.width, "label": label}
    line["linestyle"] = (0, tuple(length / style.width for length in style.dash)) if style.dash else "-"
    if isinstance(mark, Curve):
        axes.plot(mark.x, mark.y, **line)
    elif isinstance(mark, Dots):
        axes.plot(mark.x, mark.y, MARKERS[style.shape], color=style.light, markersize=1.3 * mark.size, label=label)
    elif isinstance(mark, Bars):
        axes.stairs(mark.heights, mark.edges, fill=True, color=style.light, label=label)
    elif isinstance(mark, Band):
        span, edge = (axes.axhspan, axes.axhline) if mark.axis == "y" else (axes.axvspan, axes.axvline)
        span(mark.low, mark.high, alpha=0.12, color=style.light)
        edge(mark.low, **line)
        edge(mark.high, **line | {"label": None})
    elif isinstance(mark, Rule):
        (axes.axvline if mark.axis == "x" else axes.axhline)(mark.at, **line)
    elif isinstance(mark, Arrow):
        axes.annotate("", (mark.x[1], mark.y[1]), (mark.x[0], mark.y[0]), arrowprops={"arrowstyle": "-|>", "color": style.light})
        axes.plot([], [], ">", color=style.light, markersize=6, label=label)  # for the legend, which knows no annotations
