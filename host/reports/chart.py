"""Geometry of the report's two charts, as plain numbers in the coordinates of an SVG; `templates/chart.svg.j2` draws them.

The lesson's figures have a renderer of their own: its script draws into them. These say each answer when pointed at, which matplotlib's SVG does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from plumbline.common.scale import MINUS, Scale, Tick
from plumbline.host.verdict.verdict import Comparison, Verdict

WIDTH = 760.0
LEFT, RIGHT, TOP, BOTTOM = 90.0, 14.0, 14.0, 56.0


@dataclass(frozen=True)
class Mark:
    """One answer: where, of what shape ("code", "sweep", "sample", "bad"), and what it says when pointed at."""

    x: float
    y: float
    shape: str
    title: str


@dataclass(frozen=True)
class Chart:
    """One chart; `lines` are point lists for polylines with their CSS class, `bands` are y ranges."""

    name: str
    title: str
    description: str
    x_label: str
    y_label: str
    height: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    line: str = ""
    band: tuple[float, float] | None = None

    width = WIDTH
    left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, BOTTOM

    @property
    def floor(self) -> float:
        return self.height - BOTTOM


def charts(verdict: Verdict) -> tuple[Chart, ...]:
    """The prediction plot and the error strip, of real inputs and not of chosen ones, which lie far out; nothing when there is nothing to draw."""
    drawn = [
        each for each in verdict.comparisons if not each.chosen and all(map(math.isfinite, (each.board_y[each.worst], each.float_y[each.worst])))
    ]
    if not drawn:
        return ()
    scalar = all(each.x is not None for each in drawn)
    x_label = "x" if scalar else "answer of the float model"
    xs = [_x(each, scalar) for each in drawn]
    across = Scale(xs, LEFT, WIDTH - RIGHT, 0.02)
    order = {"code": 0, "sweep": 1, "sample": 2}  # samples on top
    drawn.sort(key=lambda each: (not each.good, order[each.kind]))
    return _prediction(verdict, drawn, across, scalar, x_label), _strip(verdict, drawn, across, scalar, x_label)


def _x(each: Comparison, scalar: bool) -> float:
    return each.x if scalar and each.x is not None else each.float_y[each.worst]


def _prediction(verdict: Verdict, drawn: list[Comparison], across: Scale, scalar: bool, x_label: str) -> Chart:
    height = 380.0
    up = Scale([y for each in drawn for y in (each.board_y[each.worst], each.float_y[each.worst])], height - BOTTOM, TOP)
    reference = sorted((_x(each, scalar), each.float_y[each.worst]) for each in drawn)
    bad = sum(not each.good for each in drawn)
    return Chart(
        name="prediction",
        title="Prediction: board and float model" + ("" if scalar else ", both at the codes"),
        description=f"{len(drawn)} answers of the board over {x_label}, with the float model as a line. "
        + ("Every answer is good." if not bad else f"{bad} answers are wrong."),
        x_label=x_label,
        y_label="y",
        height=height,
        x_ticks=across.ticks(8),
        y_ticks=up.ticks(7),
        marks=tuple(Mark(across(_x(each, scalar)), up(each.board_y[each.worst]), _shape(each), _title(each)) for each in drawn),
        line=" ".join(f"{across(x)},{up(y)}" for x, y in reference),
    )


def _strip(verdict: Verdict, drawn: list[Comparison], across: Scale, scalar: bool, x_label: str) -> Chart:
    height = 260.0
    bound = verdict.tolerance if verdict.bound is None else verdict.bound
    errors = [each.board_y[each.worst] - each.float_y[each.worst] for each in drawn]
    up = Scale([*errors, *((-bound, bound) if verdict.held else ())], height - BOTTOM, TOP, 0.1)
    band = f"; the band is the {verdict.limit}, plus and minus {bound:.4g}" if verdict.held else ""
    return Chart(
        name="error",
        title="Error: board minus float model" + ("" if scalar else ", both at the codes"),
        description=f"The error of each answer{band}. The largest error is {verdict.max_error:.4g}.",
        x_label=x_label,
        y_label=f"board {MINUS} float",
        height=height,
        x_ticks=across.ticks(8),
        y_ticks=up.ticks(5),
        marks=tuple(Mark(across(_x(each, scalar)), up(error), _shape(each), _title(each)) for each, error in zip(drawn, errors, strict=True)),
        band=(up(bound), up(-bound)) if verdict.held else None,
    )


def _shape(each: Comparison) -> str:
    return each.kind if each.good else "bad"


def _title(each: Comparison) -> str:
    at = each.worst
    return f"{each.name}: board {each.board_y[at]:.5g}, float {each.float_y[at]:.5g}, error {each.error:.3g} of {each.bound:.3g}"
