"""A verdict on the terminal: a table, a summary, and one last line that says it all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from plumbline.common.by_name import sentences_of
from plumbline.common.numbers import number
from plumbline.common.text import printable
from plumbline.host.firmware.builds import UNKNOWN_SIZE
from plumbline.host.firmware.built import Built
from plumbline.host.reports import rows, useful_text
from plumbline.host.verdict.comparison import Comparison
from plumbline.host.verdict.metric import Metric
from plumbline.host.verdict.verdict import Verdict

_UNBOUNDED = 1000
"""Columns: wider than any table."""
_SENTENCE = 40
"""Columns in which a sentence reads well, on several lines."""


class Terminal(Console):
    """Rich's console, on which what comes from a file or a board is only shown: it neither acts on the terminal nor begins a line of its own.

    A reader that leaves early ends in BrokenPipeError as everywhere: Rich would exit with 1, which means FAIL here.
    """

    def __init__(self) -> None:
        super().__init__(highlight=False)

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*map(_on_one_line, objects), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text, keep="\n"))

    def say(self, markup: str) -> None:
        """A sentence: a terminal gets it broken between words, a file or a pipe on one line."""
        self.print(markup, soft_wrap=not self.is_terminal)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _on_one_line(shown: Any) -> Any:
    """The same without line feeds inside of a text or a cell: a name could end one line and write the next."""
    if isinstance(shown, str):
        inside = shown.rstrip("\n")
        return printable(inside) + shown[len(inside) :]
    if isinstance(shown, Text):
        shown.plain = printable(shown.plain)
    if isinstance(shown, Table):
        shown.title = _on_one_line(shown.title)
        for column in shown.columns:
            column._cells = list(map(_on_one_line, column._cells))
    return shown


def last_line(verdict: Verdict) -> str:
    """PASS or FAIL, with the numbers."""
    codes, points = verdict.of("code"), verdict.of("sample", "sweep")
    exact = [f"{sum(each.exact for each in group)}/{len(group)} {name}" for group, name in ((codes, "codes"), (points, "points")) if group]
    parts = [f"{' and '.join(exact) or '0 comparisons'} exact"]
    if verdict.external and verdict.external.held_to == "codes":
        parts.append(f"{verdict.right}/{len(verdict.comparisons)} within {verdict.external.codes}")
    if verdict.worst and verdict.held:
        relation = "within" if verdict.within == len(verdict.comparisons) else "breaks"
        parts.append(f"largest error {number(verdict.max_error, 5)} {relation} the {verdict.limit} {_bound(verdict)}")
    if verdict.useful:
        parts.append(useful_text.in_short(verdict.useful))
    elif len(codes) > 1:
        parts.append(useful_text.distinct(verdict.distinct))
    for metric in verdict.metrics:
        values = {"float": metric.float_value, "int8": metric.int8_value, "board": metric.board_value}
        values = values if verdict.float_model else {name: values[name] for name in ("int8", "board")}
        shown = " / ".join(number(each) for each in values.values())
        measured = f"{metric.kind} {' / '.join(values)} {shown} on {metric.count} {inputs_of(metric)}"
        parts += sentences_of(metric.output, [measured])
    if verdict.probes:
        parts.append(f"{verdict.refused}/{len(verdict.probes)} outside the domain refused")
    if verdict.failures:
        parts.append(verdict.failures[0].partition(" (")[0])  # the examples stand above
    identity = verdict.identity
    engine = f"{identity.engine}, held to {verdict.external.told}" if verdict.external else identity.engine
    return printable(f"{'PASS' if verdict.passed else 'FAIL'} {verdict.recipe} on {identity.board} ({engine}): {'; '.join(parts)}")


def show(verdict: Verdict, folder: Path) -> None:
    """Print a table of answers, the summary, the wrong answers, why it failed and the last line: what is read last is what matters most."""
    console = Terminal()
    chosen, wrong = rows.selection(verdict), rows.wrong(verdict)
    note = ""
    if chosen:
        made, note = table(verdict, chosen, f"{verdict.recipe}: {len(verdict.comparisons)} answers compared, a selection", console)
        console.print(made)
    if note and not wrong:
        console.print(f"[dim]{escape(note)}[/]\n")
    console.print(_summary(verdict, folder))
    if wrong:
        count = sum(not each.good for each in verdict.comparisons)
        title = f"{verdict.recipe}: {count} wrong" + (f", the first {len(wrong)}" if count > len(wrong) else "")
        made, note = table(verdict, wrong, title, console)
        console.print(made)
        console.print(f"[dim]{escape(note)}[/]\n" if note else "")
    for warning in verdict.warnings:
        console.say(f"[bold yellow]warning[/] {escape(warning)}")
    for failure in verdict.failures:
        console.say(f"[bold red]-[/] {escape(failure)}")
    colour = "green" if verdict.passed else "red"
    console.say(f"[bold {colour}]{escape(last_line(verdict))}[/]")


def table(verdict: Verdict, answers: Sequence[Comparison], title: str, console: Console) -> tuple[Table, str]:
    """The answers, with as many columns as the console has room for: the mark, the input and the codes always stay. And what to know of them."""
    columns, marks = rows.columns(verdict, answers), ["[green]ok[/]" if each.good else "[bold red]NO[/]" for each in answers]
    heads = [head for head, _ in columns]
    optional = [verdict.limit, *(head for head in heads if head.startswith("float")), "error"]
    cells = [("", marks), *((head, list(map(escape, each))) for head, each in columns)]
    made, left_out = fitting(console, cells, [head for head in optional if head in heads], ("input",), escape(title))
    return made, " ".join(filter(None, (rows.note(verdict), left_out)))


def fitting(
    console: Console,
    columns: Sequence[tuple[str, Sequence[str]]],
    optional: Sequence[str],
    left: Sequence[str],
    title: str | None = None,
    wrapped: str | None = None,
) -> tuple[Table, str]:
    """A table with as many columns as the console has room for, and a sentence that names those it left out; empty where it left none.

    Args:
        console: whose width counts.
        columns: heads and cells, which are markup; the first column is never broken.
        optional: heads in the order in which they are left out.
        left: heads of the columns that are justified to the left, as the first one is.
        title: markup; None for none.
        wrapped: the head of a column of sentences without markup, which may go over several lines of _SENTENCE characters before another is left out.
    """
    for count in range(len(optional) + 1):
        kept = [(head, cells) for head, cells in columns if head not in optional[:count]]
        narrow = [(head, ["x" * min(_SENTENCE, len(each)) for each in cells] if head == wrapped else cells) for head, cells in kept]
        if Measurement.get(console, console.options.update(width=_UNBOUNDED), _drawn(narrow, left, title)).maximum <= console.width:
            break
    return _drawn(kept, left, title), f"Left out, as the terminal is narrow: {', '.join(optional[:count])}." if count else ""


def _drawn(columns: Sequence[tuple[str, Sequence[str]]], left: Sequence[str], title: str | None) -> Table:
    """A table of columns, of which it breaks any but the first one where it has to."""
    made = Table(title=title, box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for place, (head, _) in enumerate(columns):
        made.add_column(head, justify="left" if place == 0 or head in left else "right", no_wrap=place == 0, overflow="fold")
    for row in zip(*(cells for _, cells in columns), strict=True):
        made.add_row(*row)
    return made


def _bound(verdict: Verdict) -> str:
    return number(verdict.tolerance if verdict.bound is None else verdict.bound, 5)


def facts(verdict: Verdict) -> list[tuple[str, str]]:
    """The summary as pairs of a name and a text."""
    traffic, cost, stats = verdict.traffic, verdict.cost, verdict.stats
    compared = len(verdict.comparisons)
    pairs = [("held to", f"{verdict.external.told}: {verdict.identity.engine} is not Plumbline's engine")] if verdict.external else []
    pairs.append(("bit for bit", f"{verdict.exact}/{compared} as {verdict.oracle}"))
    if verdict.external and verdict.external.held_to == "codes":
        pairs.append(("within the codes", f"{verdict.right}/{compared} differ by no more than {verdict.external.codes}"))
    if verdict.sequences:
        count, longest = len(verdict.sequences), max(verdict.sequences)
        pairs.append(("sequences", f"{count:,} of up to {longest:,} inferences, the state put to its beginning before each"))
    if len(verdict.outputs) > 1:
        shown = (f"{each.name}: {each.exact}/{each.compared} exact, {useful_text.distinct(each.distinct)}" for each in verdict.by_output)
        pairs += [("output", text) for text in shown]
    pairs += _errors(verdict) if verdict.float_model else [("error against float", "unknown: a .tflite file brings no float model")]
    if verdict.useful:
        pairs += useful_text.all_facts(verdict.useful, verdict.limits)
    for metric in verdict.metrics:
        pairs += [(useful_text.titled(name, metric.output), text) for name, text in _quality(metric)]
    pairs += [
        ("inference", f"{cost.count:,} {cost.unit}" + (f", {cost.time_ns:,} ns on the board" if cost.time_ns is not None else "")),
        (
            "round trip",
            f"min {traffic.latency_min_s * 1000:.2f} ms, median {traffic.latency_median_s * 1000:.2f} ms, p99 {traffic.latency_p99_s * 1000:.2f} ms",
        ),
        (
            "line",
            f"{traffic.round_trips_per_s:,.0f} round trips/s, {traffic.bytes_per_s:,.0f} B/s ({traffic.share_of_115200:.0%} of 115200 baud), "
            f"{traffic.resends} resends, {traffic.bad_frames} bad frames",
        ),
        ("board", f"{verdict.identity.board}, engine {verdict.identity.engine}, build {verdict.identity.build}"),
    ]
    pairs.append(("firmware", firmware(verdict.firmware)))
    if verdict.identity.last_reset:
        pairs.append(("last reset", verdict.identity.last_reset))
    if stats.stack_bytes:
        pairs.append(("stack", f"{stats.stack_used:,} of {stats.stack_bytes:,} B at its deepest"))
    return pairs


def firmware(built: Built | None) -> str:
    """What the board runs was built with, and its size."""
    if built is None:
        return UNKNOWN_SIZE
    sizes = f"{built.flash:,} of {built.flash_limit:,} B flash, {built.ram:,} of {built.ram_limit:,} B RAM"
    settings = built.settings
    return f"environment {settings.environment}, flags {settings.shown}, {built.compiler}; {sizes}"


def _errors(verdict: Verdict) -> list[tuple[str, str]]:
    """How far the board lies from the float model."""
    worst = verdict.worst
    if not verdict.held:
        return [("error at the codes", f"max {number(verdict.max_error, 5)}, mean {number(verdict.mean_error)}, RMS {number(verdict.rms_error)}")]
    held = [each.within for each in verdict.comparisons if not each.chosen]
    pairs = [
        (f"within the {verdict.limit}", f"{sum(held)}/{len(held)} of {_bound(verdict)}, {_origin(verdict)}"),
        ("error against float", f"max {number(verdict.max_error, 5)}, mean {number(verdict.mean_error)}, RMS {number(verdict.rms_error)}"),
    ]
    if worst:
        pairs.append((f"closest to its {verdict.limit}", f"{worst.name}: {number(worst.error, 5)} of {number(worst.bound, 5)}"))
    return pairs


def _origin(verdict: Verdict) -> str:
    """Where the limit comes from."""
    return "proven" if verdict.bound is not None else verdict.tolerance_from


def _quality(metric: Metric) -> list[tuple[str, str]]:
    """The metric on the test split, and what it is held against."""

    def shown(value: float) -> str:
        right = f" ({round(value * metric.count)}/{metric.count})" if metric.kind == "accuracy" and math.isfinite(value) else ""
        return f"{number(value)}{right}"

    text = f"int8 {shown(metric.int8_value)}, board {shown(metric.board_value)}"
    if metric.float_value is None:
        return [(metric.kind, text)]
    least = "at least" if metric.kind == "accuracy" else "at most"
    demanded = f"int8 may lose {metric.int8_may_lose:.4g}"
    demanded = demanded if metric.reach is None else f"demanded are {least} {metric.reach:g}, of which {demanded}"
    pairs: list[tuple[str, str]] = [(metric.kind, f"float {shown(metric.float_value)}, {text}; {demanded}")]
    if metric.baselines:
        pairs.append(("to be better than", ", ".join(f"{name} {number(value)} ({gain(metric, value)})" for name, value in metric.baselines.items())))
    return pairs


def inputs_of(metric: Metric) -> str:
    """What the metric was measured on: a recipe demands it of its held-back split, a user's own model comes with samples."""
    return "samples" if metric.reach is None else "test inputs"


def gain(metric: Metric, baseline: float) -> str:
    """By how much the board is better than a simpler prediction."""
    if metric.kind == "accuracy":
        return f"by {100 * (metric.board_value - baseline):.1f} points"
    return f"by {1 - metric.board_value / baseline:.1%}" if baseline else "0 cannot be beaten"


def _summary(verdict: Verdict, folder: Path) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in [*facts(verdict), ("report", str(folder / "report.html"))]:
        table.add_row(f"[dim]{name}[/]", escape(text))
    return table
