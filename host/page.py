"""A verdict as one HTML page that needs nothing beside it: no script, no font, no image, no network."""

from __future__ import annotations

from pathlib import Path

import jinja2

from host import terminal
from host.chart import charts
from host.profile import Profile
from host.verdict import Verdict

_TEMPLATES = Path(__file__).parent / "templates"


def to_html(verdict: Verdict, profile: Profile | None = None) -> str:
    """Render `templates/report.html.j2`, with the cost of each operator where it was measured."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = terminal.number
    environment.globals["value"] = terminal.value
    environment.globals["gain"] = terminal.gain
    size = [("size of the firmware", f"{verdict.size.flash:,} B flash, {verdict.size.ram:,} B RAM")] if verdict.size else []
    chosen = terminal.selection(verdict)
    return environment.get_template("report.html.j2").render(
        verdict=verdict,
        profile=profile,
        line=terminal.last_line(verdict),
        headline=_headline(verdict),
        facts=terminal.facts(verdict) + size,
        charts=charts(verdict) if verdict.float_model else (),
        chosen=chosen,
        limit=terminal.limit(verdict),
        rest=[each for each in verdict.of("sample", "sweep") if each not in chosen],
    )


def _headline(verdict: Verdict) -> list[tuple[str, str, bool]]:
    """The few numbers on top: value, what it is, whether it is good."""
    codes, points = verdict.of("code"), verdict.of("sample", "sweep")
    tiles = [
        (f"{sum(each.exact for each in group)}/{len(group)}", f"{name} exact, bit for bit", all(each.exact for each in group))
        for group, name in ((codes, "codes"), (points, "points"))
        if group
    ]
    if verdict.float_model:
        bound = verdict.tolerance if verdict.bound is None else verdict.bound
        explained = "the recipe tolerates" if verdict.bound is None else "quantization explains"
        within = verdict.within == len(verdict.comparisons) > 0
        tiles.append((terminal.number(verdict.max_error), f"largest error; {explained} {terminal.number(bound)}", within))
    if verdict.metric:
        metric = verdict.metric
        meaning = f"{metric.kind} on the board, {metric.count} test inputs; float {terminal.number(metric.float_value)}"
        tiles.append((terminal.number(metric.board_value), meaning, not metric.failures))
    if verdict.probes:
        tiles.append((f"{verdict.refused}/{len(verdict.probes)}", "inputs outside the domain refused", verdict.refused == len(verdict.probes)))
    tiles.append((f"{verdict.cost.count:,}", f"{verdict.cost.unit} for an inference", True))
    tiles.append((f"{verdict.traffic.round_trips_per_s:,.0f}", "round trips a second", True))
    return tiles
