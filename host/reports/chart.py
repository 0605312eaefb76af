"""The report's figures: answers over the float model, their errors, the series of a test split, and how long round trips took."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from plumbline.common.figures.plot import Axis, Band, Bars, Curve, Dots, Plot, Rule, number
from plumbline.common.figures.scale import MINUS
from plumbline.host.verdict.comparison import Comparison
from plumbline.host.verdict.metric import Metric
from plumbline.host.verdict.verdict import Traffic, Verdict

WIDTH = 760.0
_SHOWN = {"code": ("codes", 2.2), "sweep": ("sweep", 3.5), "sample": ("sample points", 6.4)}
"""What the legend calls an answer of each kind, and its size; samples come on top."""
_MS = 1000.0


def charts(verdict: Verdict) -> tuple[Plot, ...]:
    """The prediction plot and the error strip, of real inputs and not of chosen ones, which lie far out; nothing when there is nothing to draw."""
    drawn = [each for each in verdict.comparisons if not each.chosen and math.isfinite(each.board_y[each.worst]) and math.isfinite(each.error)]
    if not drawn:
        return ()
    scalar = all(each.x is not None for each in drawn)
    x = Axis.around("x" if scalar else "answer of the float model", (_x(each, scalar) for each in drawn), 0.02)
    bad, where = sum(not each.good for each in drawn), "" if scalar else ", both at the codes"
    good = "Every answer is good." if not bad else f"{bad} answers are wrong."
    answers = [each.board_y[each.worst] for each in drawn]
    errors = [each.board_y[each.worst] - each.float_y[each.worst] for each in drawn]
    wrong = f"wrong ({sum(not each.good for each in verdict.comparisons)})"
    line_x, line_y = zip(*sorted((_x(each, scalar), each.float_y[each.worst]) for each in drawn), strict=True)
    limit = (verdict.tolerance if verdict.bound is None else verdict.bound) if verdict.held else None
    band = "" if limit is None else f"; the band is the {verdict.limit}, plus and minus {limit:.4g}"
    accepted = () if limit is None else (Band("accepted", -limit, limit, "bound over the domain" if verdict.limit == "bound" else "tolerance"),)
    return (
        Plot(
            name="prediction",
            title=f"Prediction: board and float model{where}",
            description=f"{len(drawn)} answers of the board over {x.label}, with the float model as a line. {good}",
            x=x,
            y=Axis.around("y", (*answers, *line_y), 0.04),
            marks=(Curve("model", line_x, line_y, "float model"), *_dots(drawn, answers, scalar, wrong)),
            width=WIDTH,
            height=380,
        ),
        Plot(
            name="error",
            title=f"Error: board minus float model{where}",
            description=f"The error of each answer{band}. The largest error is {verdict.max_error:.4g}.",
            x=x,
            y=Axis.around(f"board {MINUS} float", (*errors, *(() if limit is None else (-limit, limit))), 0.1),
            marks=(*accepted, *_dots(drawn, errors, scalar, wrong)),
            width=WIDTH,
            height=260,
        ),
    )


def series(metric: Metric) -> Plot | None:
    """Target, float model and board for each test input in order; None where there are too few."""
    if len(metric.series) < 2:
        return None
    target, model, board = zip(*metric.series, strict=True)
    x = tuple(map(float, range(len(target))))
    return Plot(
        name="series",
        title="Target, float model and board for each test input",
        description=f"{len(target)} test inputs in order: target, float model and board, from {number(min(*target, *board))} to "
        f"{number(max(*target, *board))}.",
        x=Axis("test input", 0.0, x[-1]),
        y=Axis.around("answer", (*target, *model, *board), 0.04),
        marks=(Curve("target", x, target, "target"), Curve("model", x, model, "float model"), Dots("code", x, board, "board", 2.5)),
        width=WIDTH,
        height=260,
    )


def latency_chart(traffic: Traffic) -> Plot | None:
    """Milliseconds to the right on a logarithmic scale, round trips upwards; None where no round trip was measured."""
    edges, counts = tuple(edge * _MS for edge in traffic.latencies.edges_s), traffic.latencies.counts
    if not counts:
        return None
    named = (("median", traffic.latency_median_s * _MS), ("p99", traffic.latency_p99_s * _MS))
    rules = tuple(Rule(name, "x", value, f"{name} {value:.3g} ms", f"{name} {value:.3g} ms") for name, value in named)
    titles = tuple(f"{start:.3g} to {end:.3g} ms: {count} round trips" for (start, end), count in zip(pairwise(edges), counts, strict=True))
    return Plot(
        name="latency",
        title="Round trips by latency",
        description=f"{sum(counts)} round trips, from {edges[0]:.3g} to {edges[-1]:.3g} ms on a logarithmic scale; "
        f"{', '.join(rule.label for rule in rules)}. The fullest class holds {max(counts)}.",
        x=Axis("ms from request to reply", edges[0], edges[-1], log=True),
        y=Axis("round trips", 0, 1.04 * max(counts), whole=True),
        marks=(Bars("code", edges, tuple(map(float, counts)), titles), *rules),
        width=WIDTH,
        height=240,
    )


def _x(each: Comparison, scalar: bool) -> float:
    return each.x if scalar and each.x is not None else each.float_y[each.worst]


def _dots(drawn: list[Comparison], heights: list[float], scalar: bool, wrong: str) -> Iterator[Dots]:
    """The answers at these heights, each kind in its shape, and on top what is wrong, which the legend always names."""
    for style, (label, size) in {**_SHOWN, "wrong": (wrong, 6.0)}.items():
        found = [(each, y) for each, y in zip(drawn, heights, strict=True) if style == (each.kind if each.good else "wrong")]
        if found or style == "wrong":
            x, y = tuple(_x(each, scalar) for each, _ in found), tuple(y for _, y in found)
            yield Dots(style, x, y, label, size, tuple(_title(each) for each, _ in found))


def _title(each: Comparison) -> str:
    at = each.worst
    return f"{each.name}: board {each.board_y[at]:.5g}, float {each.float_y[at]:.5g}, error {each.error:.3g} of {each.bound:.3g}"
