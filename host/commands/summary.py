"""`python -m plumbline.host summary`: one table of what the last verification of every recipe found."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.markup import escape

from plumbline.common.errors import ArtefactsDisagree, VerdictFailed
from plumbline.common.numbers import number
from plumbline.common.paths import recipe_names
from plumbline.host.reports.terminal import Terminal, fitting
from plumbline.host.verdict import verdict_file
from plumbline.host.verdict.verdict_file import Document, Judged

_HEADS = ("verdict", "recipe", "exact", "metric", "float / int8 / board", "flash, B", "RAM, B", "per inference", "s")
_LEFT = ("recipe", "metric")
_OPTIONAL = ("RAM, B", "flash, B", "s", "per inference", "metric", "float / int8 / board", "exact")
"""In the order in which a narrow terminal leaves them out; verdict and recipe stay."""


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("summary", help="one table of every recipe's verdict.json")
    parser.add_argument("--build", type=Path, default=Path("build"), help="the build folder (default: build)")
    parser.add_argument("--seconds", nargs="*", default=[], metavar="RECIPE=N", help="how long each took, for the table")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the table; 0 only if every recipe has a verdict and passed."""
    seconds = dict(each.split("=", 1) for each in given.seconds if "=" in each)
    verdicts = {name: load(given.build / name / "verdict.json") for name in recipe_names()}
    rows = [(*row(name, verdict), seconds.get(name, "")) for name, verdict in verdicts.items()]
    terminal = Terminal()
    table, left_out = fitting(terminal, list(zip(_HEADS, zip(*rows, strict=True), strict=True)), _OPTIONAL, _LEFT)
    terminal.print(table)
    if left_out:
        terminal.print(f"[dim]{escape(left_out)}[/]")
    return 0 if all(verdict is not None and verdict.passed for verdict in verdicts.values()) else VerdictFailed.exit_code


def load(path: Path) -> Document | None:
    """A verdict.json; None where there is none that this version reads."""
    try:
        return verdict_file.load(path)
    except ArtefactsDisagree:
        return None


def row(name: str, verdict: Document | None) -> tuple[str, ...]:
    """The cells of one recipe but the last. Where there is no verdict the first one says why: `ERROR BoardSilent`, `NOT FINISHED`, `no verdict`."""
    if not isinstance(verdict, Judged):
        said = "no verdict" if verdict is None else verdict.outcome.upper()
        named = f" {verdict.error.name}" if verdict and verdict.error else ""
        return (f"[bold red]{escape(said + named)}[/]", name, *[""] * 6)
    metric, size, summary = verdict.metric, verdict.size, verdict.summary
    values = map(number, (metric.float_value, metric.int8_value, metric.board_value) if metric else ())
    return (
        "[green]PASS[/]" if verdict.passed else "[bold red]FAIL[/]",
        name,
        f"{summary.exact}/{summary.compared}",
        metric.kind if metric else "",
        " / ".join(values),
        *((f"{size.flash:,}", f"{size.ram:,}") if size else ("", "")),
        escape(f"{verdict.inference.count:,} {verdict.inference.unit}"),
    )
