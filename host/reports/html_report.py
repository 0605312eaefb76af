"""A verdict as one HTML page that needs nothing beside it: no script, no font, no image, no network."""

from __future__ import annotations

from pathlib import Path

from plumbline.common import usage
from plumbline.common.explanation import Explanation
from plumbline.common.figures import page
from plumbline.common.figures.plot import Plot
from plumbline.common.figures.svg import Drawing
from plumbline.common.layer_names import layer_name
from plumbline.common.numbers import number
from plumbline.host.reports import layer_table, rows, terminal, useful_text
from plumbline.host.reports.chart import charts, latency_chart, series
from plumbline.host.reports.flow import stages
from plumbline.host.reports.words import explained
from plumbline.host.verdict.profile import Profile
from plumbline.host.verdict.verdict import Verdict

_TEMPLATES = Path(__file__).parent / "templates"
_ELSEWHERE = ("line", "board", "firmware")
"""Facts of the terminal's summary that have a section of their own here."""


def to_html(verdict: Verdict, profile: Profile | None = None, explanation: Explanation | None = None) -> str:
    """Render `templates/report.html.j2`, with the cost of each operator and where the error comes from where these were measured."""
    environment = page.environment(_TEMPLATES)
    environment.filters["number"] = number
    environment.globals["rows"] = rows
    environment.globals["typed"] = usage.line
    environment.globals["layer_table"] = layer_table
    environment.globals["gain"] = terminal.gain
    environment.globals["layer"] = layer_name
    chosen, wrong = rows.selection(verdict), rows.wrong(verdict)
    rest = [each for each in verdict.of("sample", "sweep") if each not in chosen and each not in wrong]
    return environment.get_template("report.html.j2").render(
        verdict=verdict,
        profile=profile,
        explanation=explanation,
        line=terminal.last_line(verdict),
        headline=_headline(verdict),
        firmware=terminal.firmware(verdict.firmware),
        facts=[(name, text) for name, text in terminal.facts(verdict) if name not in _ELSEWHERE],
        link=_link(verdict),
        latency=_drawn(latency_chart(verdict.traffic)),
        stages=stages(verdict),
        charts=[Drawing(each) for each in charts(verdict)] if verdict.float_model else (),
        metrics=[(each, _drawn(series(each))) for each in verdict.metrics],
        chosen=chosen,
        wrong=wrong,
        rest=rest,
        wrong_count=sum(not each.good for each in verdict.comparisons),
        words=explained(verdict),
    )


def _drawn(plot: Plot | None) -> Drawing | None:
    return None if plot is None else Drawing(plot)


def _link(verdict: Verdict) -> list[tuple[str, str]]:
    """What went over the line, and what went wrong on it."""
    traffic, stats = verdict.traffic, verdict.stats
    return [
        ("frames", f"{traffic.frames_sent:,} sent, {traffic.frames_received:,} received; the board counts {stats.frames:,} since its start"),
        ("resends", f"{traffic.resends:,}"),
        ("damaged frames", f"{traffic.bad_frames:,} received here, {stats.bad_frames:,} on the board"),
        ("late or doubled replies", f"{traffic.discarded:,}"),
        ("overruns of the board's buffer", f"{stats.overruns:,}"),
        ("bytes", f"{traffic.bytes_sent:,} sent, {traffic.bytes_received:,} received in {traffic.seconds:.2f} s"),
        (
            "speed",
            f"{traffic.round_trips_per_s:,.0f} round trips/s, {traffic.bytes_per_s:,.0f} B/s, {traffic.share_of_115200:.0%} of 115200 baud",
        ),
    ]


def _headline(verdict: Verdict) -> list[tuple[str, str, bool]]:
    """The few numbers on top: value, what it is, whether it is good."""
    codes, points = verdict.of("code"), verdict.of("sample", "sweep")
    tiles = [
        (f"{sum(each.exact for each in group)}/{len(group)}", f"{name} exact, bit for bit", all(each.exact for each in group))
        for group, name in ((codes, "codes"), (points, "points"))
        if group
    ]
    if verdict.held:
        bound = verdict.tolerance if verdict.bound is None else verdict.bound
        explained = "the tolerance is" if verdict.bound is None else "the proven bound is"
        within = verdict.within == len(verdict.comparisons) > 0
        tiles.append((number(verdict.max_error), f"largest error; {explained} {number(bound)}", within))
    if verdict.useful:
        tiles += map(useful_text.tile, verdict.useful)
    else:
        tiles.append((f"{verdict.distinct}", "distinct answers", verdict.distinct > 1 or len(codes) < 2))
    for metric in verdict.metrics:
        name = useful_text.titled(f"{metric.kind} on the board", metric.output)
        meaning = f"{name}, {metric.count} {terminal.inputs_of(metric)}; float {number(metric.float_value)}"
        tiles.append((number(metric.board_value), meaning, not metric.failures))
    if verdict.probes:
        tiles.append((f"{verdict.refused}/{len(verdict.probes)}", "inputs outside the domain refused", verdict.refused == len(verdict.probes)))
    tiles.append((f"{verdict.cost.count:,}", f"{verdict.cost.unit} for an inference", True))
    tiles.append((f"{verdict.traffic.round_trips_per_s:,.0f}", "round trips a second", True))
    return tiles
