"""Geometry of the report's latency histogram, in the coordinates of an SVG; `templates/latency.svg.j2` draws it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from plumbline.common.scale import Scale, Tick
from plumbline.host.reports.chart import BOTTOM, LEFT, RIGHT, TOP, WIDTH
from plumbline.host.verdict.verdict import Traffic

HEIGHT = 240.0
_LEADING = (1, 2, 5)
_MS = 1000.0


@dataclass(frozen=True)
class Bar:
    """One class of latencies."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Line:
    """A latency with a name: where, and of which style."""

    x: float
    style: str
    text: str


@dataclass(frozen=True)
class LatencyChart:
    """Milliseconds to the right on a logarithmic scale, round trips upwards."""

    description: str
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    width, height = WIDTH, HEIGHT
    left, right, top, floor = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM


def latency_chart(traffic: Traffic) -> LatencyChart | None:
    """None where no round trip was measured."""
    edges, counts = traffic.latencies.edges_s, traffic.latencies.counts
    if not counts:
        return None
    across = Scale([math.log10(edge) for edge in edges], LEFT, WIDTH - RIGHT, 0.02)
    up = Scale([0, max(counts)], HEIGHT - BOTTOM, TOP)
    floor = up(0)
    bars = []
    for start, end, count in zip(edges, edges[1:], counts, strict=False):
        x, y = across(math.log10(start)), up(count)
        title = f"{start * _MS:.3g} to {end * _MS:.3g} ms: {count} round trips"
        bars.append(Bar(x, y, round(across(math.log10(end)) - x, 2), round(floor - y, 2), title))
    named = (("median", traffic.latency_median_s), ("p99", traffic.latency_p99_s))
    lines = tuple(Line(across(math.log10(value)), name, f"{name} {value * _MS:.3g} ms") for name, value in named)
    description = (
        f"{sum(counts)} round trips, from {edges[0] * _MS:.3g} to {edges[-1] * _MS:.3g} ms on a logarithmic scale; "
        f"{', '.join(line.text for line in lines)}. The fullest class holds {max(counts)}."
    )
    whole = tuple(tick for tick in up.ticks(6) if "." not in tick.text)
    return LatencyChart(description, tuple(bars), lines, _ticks(edges[0], edges[-1], across), whole)


def _ticks(low: float, high: float, across: Scale) -> tuple[Tick, ...]:
    """1, 2 and 5 of every power of ten in range, in milliseconds; the ends as well where fewer than two lie there."""
    decades = range(math.floor(math.log10(low * _MS)), math.ceil(math.log10(high * _MS)) + 1)
    found = [leading * 10.0**decade for decade in decades for leading in _LEADING]
    found = [value for value in found if low * _MS <= value <= high * _MS]
    if len(found) < 2:
        found = [low * _MS, high * _MS]
    return tuple(Tick(across(math.log10(value / _MS)), f"{value:.3g}") for value in found)
