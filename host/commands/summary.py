"""`python -m host summary`: one table of what the last verification of every recipe found."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from common.errors import ArtefactsDisagree, VerdictFailed
from common.numbers import number
from host import verdict_file
from host.terminal import Terminal
from host.verdict_file import Document
from training.recipe import names

_WIDTH = 200
"""Wide enough for every recipe; the table takes no more than it needs."""


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("summary", help="one table of every recipe's verdict.json")
    parser.add_argument("--build", type=Path, default=Path("build"), help="the build folder (default: build)")
    parser.add_argument("--seconds", nargs="*", default=[], metavar="RECIPE=N", help="how long each took, for the table")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the table; 0 only if every recipe has a verdict and passed."""
    seconds = dict(each.split("=", 1) for each in given.seconds if "=" in each)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("recipe", "verdict", "exact", "metric", "float / int8 / board", "flash, B", "RAM, B", "per inference", "s"):
        table.add_column(column, justify="left" if column in ("recipe", "verdict", "metric") else "right", no_wrap=True)
    passed = True
    for name in names():
        verdict = load(given.build / name / "verdict.json")
        table.add_row(*row(name, verdict), seconds.get(name, ""))
        passed = passed and verdict is not None and bool(verdict["passed"])
    terminal = Terminal()
    terminal.width = max(terminal.width, _WIDTH)  # a narrow terminal breaks lines rather than lose digits
    terminal.print(table)
    return 0 if passed else VerdictFailed.exit_code


def load(path: Path) -> Document | None:
    """A verdict.json; None where there is none that this version reads."""
    try:
        return verdict_file.load(path)
    except ArtefactsDisagree:
        return None


def row(name: str, verdict: Document | None) -> tuple[str, ...]:
    """The cells of one recipe but the last."""
    if verdict is None or "summary" not in verdict:
        said = "no verdict" if verdict is None else str(verdict["error"]["name"]) if verdict["error"] else str(verdict["outcome"])
        return (name, f"[bold red]{escape(said)}[/]", *[""] * 6)
    metric, size, summary = verdict["metric"], verdict["size"], verdict["summary"]
    values = (
        [number(float("nan") if metric[f"{who}_value"] is None else metric[f"{who}_value"]) for who in ("float", "int8", "board")] if metric else []
    )
    return (
        name,
        "[green]PASS[/]" if verdict["passed"] else "[bold red]FAIL[/]",
        f"{summary['exact']}/{summary['compared']}",
        metric["kind"] if metric else "",
        " / ".join(values),
        *((f"{size['flash']:,}", f"{size['ram']:,}") if size else ("", "")),
        f"{verdict['inference']['count']:,} {verdict['inference']['unit']}",
    )
