"""Geometry of a figure: its marks as SVG paths in the figure's own units; `figure.html.j2` writes them down."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from plumbline.common.figures.plot import Arrow, Axis, Band, Bars, Curve, Dots, Mark, Note, Plot, Rule
from plumbline.common.figures.scale import MINUS, Scale, Tick
from plumbline.common.figures.style import STYLES, Shape

LEFT, RIGHT, TOP, BOTTOM = 74.0, 16.0, 34.0, 62.0
FAR = 5_000.0
"""Points farther out than this are drawn at this distance: an SVG renderer has float32 coordinates, and a diverging path none of them."""

DIGIT = 8.0
"""Width of a digit."""

HEAD = 7.0
"""Length of an arrow's head."""

SHAPES: dict[Shape, str] = {
    "circle": "m-{0},0a{0},{0} 0 1 0 {1},0a{0},{0} 0 1 0 -{1},0z",
    "square": "m-{0},-{0}h{1}v{1}h-{1}z",
    "diamond": "m0,-{2}l{2},{2}l-{2},{2}l-{2},-{2}z",
    "triangle": "m0,-{2}l{2},{1}h-{3}z",
    "cross": "m-{0},-{0}l{1},{1}m0,-{1}l-{1},{1}",
}
"""A mark around the current point: {0} half its width, {1} its width, {2} and {3} the same a little larger, as slim shapes look smaller."""


@dataclass(frozen=True)
class Path:
    """An SVG path: `kind` is "line", "dots", "bar", "head" or "band"."""

    kind: str
    style: str
    d: str
    title: str = ""
    """What it says when pointed at."""


@dataclass(frozen=True)
class Text:
    """Words at a place."""

    x: float
    y: float
    text: str


class Placed:
    """One axis on the page: values to coordinates between `start` and `end`."""

    def __init__(self, axis: Axis, start: float, end: float) -> None:
        self._axis, self._start, self._end = axis, start, end
        self._scale = Scale([self._inner(axis.low), self._inner(axis.high)], start, end, 0)

    def __call__(self, value: float) -> float:
        if not math.isfinite(value):
            value = self._axis.high if math.isnan(value) or value > 0 else self._axis.low
        return max(-FAR, min(FAR, self._scale(self._inner(value))))

    def _inner(self, value: float) -> float:
        return math.log10(max(value, self._axis.low)) if self._axis.log else value

    def ticks(self, most: int) -> tuple[Tick, ...]:
        """Round numbers; on a logarithmic axis powers of ten, all or every second, third, ... of them, or where fewer than two lie there 1, 2 and 5
        of each, or else its ends.
        """
        if not self._axis.log:
            return tuple(tick for tick in self._scale.ticks(most) if not (self._axis.whole and "." in tick.text))
        first, last = math.ceil(math.log10(self._axis.low) - 1e-9), math.floor(math.log10(self._axis.high) + 1e-9)
        if last - first < 1:
            found = [step * 10.0**power for power in range(first - 1, last + 1) for step in (1, 2, 5)]
            found = [value for value in found if self._axis.low <= value <= self._axis.high]
            return tuple(Tick(self(value), f"{value:.3g}") for value in (found if len(found) > 1 else (self._axis.low, self._axis.high)))
        every = math.ceil((last - first + 1) / most)
        return tuple(Tick(self._scale(power), power_of_ten(power)) for power in range(first, last + 1) if power % every == 0)

    @property
    def data(self) -> str:
        """What the page's script needs to place values itself: low and high end of the axis, their coordinates, whether it is logarithmic."""
        return f"{self._inner(self._axis.low)} {self._inner(self._axis.high)} {self._start} {self._end} {int(self._axis.log)}"


def power_of_ten(power: int) -> str:
    """10^power in the shortest form that everybody reads."""
    return f"{10.0**power:g}" if -3 <= power <= 4 else f"1e{power}".replace("-", MINUS)


class Drawing:
    """A plot with its axes placed; what the template asks for."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self.right, self.top, self.floor = plot.width - RIGHT, TOP, plot.height - BOTTOM
        self.y = Placed(plot.y, self.floor, self.top)
        self.y_ticks = self.y.ticks(6)
        self.left = max(LEFT, 14 + DIGIT * max((len(tick.text) for tick in self.y_ticks), default=0))
        self.x = Placed(plot.x, self.left, self.right)
        self.x_ticks = self.x.ticks(6 if plot.width < 480 else 8)
        bands, others = ([mark for mark in plot.marks if isinstance(mark, Band) == wide] for wide in (True, False))
        self.fixed, self.moving = ([path for mark in marks for path in self._paths(mark) if path.d] for marks in (bands, others))
        self.texts = [Text(self.x(m.x), self.y(m.y), m.text) for m in plot.marks if isinstance(m, Note)]
        self.height = sum(panel.height for panel in plot.panels)
        self.detail = None if plot.detail is None else Drawing(plot.detail)
        self.funnel = "" if self.detail is None else funnel(self, self.detail)
        self.legend = [(mark.label, swatch(mark)) for mark in plot.labelled() if not isinstance(mark, Note)]

    def _paths(self, mark: Mark) -> list[Path]:
        if isinstance(mark, Curve):
            return [Path("line", mark.style, polyline([(self.x(x), self.y(y)) for x, y in zip(mark.x, mark.y, strict=True)]))]
        if isinstance(mark, Dots):
            each = [symbol(mark, self.x(x), self.y(y)) for x, y in zip(mark.x, mark.y, strict=True)]
            titled = [Path("dots", mark.style, d, title) for d, title in zip(each, mark.titles, strict=False)]
            return titled or [Path("dots", mark.style, "".join(each))]
        if isinstance(mark, Bars):
            sides = [(self.x(start), self.x(end)) for start, end in pairwise(mark.edges)]
            shapes = [f"M{start},{self.floor}V{self.y(height)}H{end}V{self.floor}z" for (start, end), height in zip(sides, mark.heights, strict=True)]
            return [Path("bar", mark.style, d, title) for d, title in zip(shapes, mark.titles, strict=True)]
        if isinstance(mark, Arrow):
            return arrow(mark.style, *map(self.x, mark.x), *map(self.y, mark.y))
        if isinstance(mark, Band):
            if mark.axis == "x":
                low, high = self.x(mark.low), self.x(mark.high)
                edge = f"M{low},{self.top}V{self.floor}M{high},{self.top}V{self.floor}"
                return [Path("band", mark.style, f"M{low},{self.top}H{high}V{self.floor}H{low}z"), Path("line", mark.style, edge)]
            low, high = self.y(mark.low), self.y(mark.high)
            edge = f"M{self.left},{high}H{self.right}M{self.left},{low}H{self.right}"
            return [Path("band", mark.style, f"M{self.left},{high}H{self.right}V{low}H{self.left}z"), Path("line", mark.style, edge)]
        if isinstance(mark, Rule):
            line = f"M{self.x(mark.at)},{self.top}V{self.floor}" if mark.axis == "x" else f"M{self.left},{self.y(mark.at)}H{self.right}"
            return [Path("line", mark.style, line, mark.title)]
        return []


def funnel(whole: Drawing, detail: Drawing) -> str:
    """Two lines from the stretch that is enlarged, at the bottom of the upper panel, to the upper corners of the lower one."""
    ends = ((whole.x(detail.plot.x.low), detail.left), (whole.x(detail.plot.x.high), detail.right))
    return "".join(f"M{start},{whole.floor}L{end},{whole.plot.height + detail.top}" for start, end in ends)


def polyline(points: list[tuple[float, float]]) -> str:
    """A line through points; empty where there are none."""
    return "M" + "L".join(f"{x},{y}" for x, y in points) if points else ""


def symbol(dots: Dots, x: float, y: float) -> str:
    """One mark of `dots` at coordinates x, y."""
    half, slim = dots.size, round(dots.size * 1.25, 2)
    return f"M{x},{y}" + SHAPES[STYLES[dots.style].shape].format(half, 2 * half, slim, 2 * slim)


def arrow(style: str, x0: float, x1: float, y0: float, y1: float) -> list[Path]:
    """Shaft and head; nothing where the arrow is too short to have a direction."""
    length = math.hypot(x1 - x0, y1 - y0)
    if length < 1:
        return []
    along, across = (x1 - x0) / length * HEAD, (y1 - y0) / length * HEAD
    wings = [(x1 - along - side * across * 0.6, y1 - across + side * along * 0.6) for side in (1, -1)]
    head = f"M{x1},{y1}" + "".join(f"L{x:.2f},{y:.2f}" for x, y in wings) + "z"
    return [Path("line", style, f"M{x0},{y0}L{x1},{y1}"), Path("head", style, head)]


def swatch(mark: Mark) -> list[Path]:
    """The mark as the legend shows it, in a box of 34 x 14."""
    if isinstance(mark, Dots):
        return [Path("dots", mark.style, symbol(replace(mark, size=max(mark.size, 4.0)), 17, 7))]
    if isinstance(mark, Bars):
        return [Path("bar", mark.style, "M10,1H24V13H10z")]
    if isinstance(mark, Arrow):
        return arrow(mark.style, 3, 31, 7, 7)
    if isinstance(mark, Band):
        return [Path("band", mark.style, "M0,1H34V13H0z"), Path("line", mark.style, "M0,1H34M0,13H34")]
    assert not isinstance(mark, Note)  # a note has no label
    return [Path("line", mark.style, "M0,7H34")]
