"""`plumbline compare A B`: what changed between two verdicts, with limits that can fail a CI job."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.markup import escape
from rich.table import Table

from plumbline.commands.options import Given, define
from plumbline.common.errors import LimitExceeded
from plumbline.host.reports import markdown
from plumbline.host.reports.terminal import Terminal
from plumbline.host.verdict.verdict_diff import METRIC, QUANTITIES, Allowance, Changes, changes
from plumbline.host.verdict.verdict_file import judged

_WIDTH = 110
_SHOWN, _SHOWN_NARROW = 28, 14  # of a text, from _WIDTH columns on and below: a hash is told apart by less


class _Limit(click.ParamType):  # type: ignore[type-arg]  # generic in some versions only
    """LIMIT, or OUTPUT=LIMIT where it is one of each output: the output's name, which may be ONLY, and the limit."""

    name = "limit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Allowance]:
        try:
            if isinstance(value, tuple):
                return value
            output, _, text = value.rpartition("=")
            if output and (param is None or not param.multiple):
                raise ValueError(f"{value!r} names an output, which has no such number of its own")
            return output, Allowance.parse(text)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


def _limits(function: Callable[..., int]) -> Callable[..., int]:
    """An option for each quantity of a verdict."""
    for quantity in reversed(QUANTITIES):
        text = f"By how much the {quantity.option.split('-')[1]} may get worse: 5% of A's, or an amount in its own unit."
        several = quantity.option == METRIC
        text += " Of one of several outputs: OUTPUT=LIMIT, for each that has one." if several else ""
        function = click.option(f"--{quantity.option}", type=_Limit(), metavar="LIMIT", multiple=several, help=text)(function)
    return function


@define(
    "plumbline compare main/verdict.json build/linear --max-latency-growth 5% --max-flash-growth 200",
    result="JSON instead of a table",
    quiet="and only what exceeds a limit",
)
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@_limits
def command(given: Given, before: Path, after: Path, **limits: Any) -> int:
    """Show what changed between two verdicts; a limit that is exceeded ends in exit code 3.

    A and B are files verdict.json, or folders that hold one; B is held against A.
    """
    allowed: dict[tuple[str, str], Allowance] = {}
    for quantity in QUANTITIES:
        chosen = limits[quantity.option.replace("-", "_")]
        given_limits = chosen if quantity.option == METRIC else [chosen] if chosen else []
        for output, limit in given_limits:
            allowed[quantity.option, output] = limit
    found = changes(judged(before), judged(after), allowed)
    if given.json:
        sys.stdout.write(to_json(found))
    else:
        show(found, given.quiet)
    markdown.append_summary(markdown.of_changes(found))
    return LimitExceeded.exit_code if found.failures else 0


def to_json(found: Changes) -> str:
    """The changes for a program: facts and quantities by name, and the sentences of what exceeds a limit."""
    rows = [{**asdict(row), "allowed": str(row.allowed) if row.allowed else None, "share": row.share, "exceeded": row.exceeded} for row in found.rows]
    facts = {name: {"before": before, "after": after} for name, before, after in found.facts}
    outcome = {"within_limits": not found.failures, "failures": found.failures, "notes": found.notes}
    return json.dumps({**outcome, "facts": facts, "quantities": rows}, indent=1) + "\n"


def show(found: Changes, quiet: bool) -> None:
    """Print a table, unless `quiet`, and what exceeds a limit."""
    terminal = Terminal()
    if not quiet:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("", no_wrap=True)  # the mark stays at every width, and no other cell loses a character
        for column in ("what", "before", "after", "change", "allowed"):
            table.add_column(column, justify="left" if column == "what" else "right", overflow="fold")
        most = _SHOWN if terminal.width >= _WIDTH else _SHOWN_NARROW
        for name, before, after in found.facts:
            table.add_row("", name, escape(before[:most]), escape(after[:most]), "" if before == after else "changed", "")
        for row in found.known:
            mark = "[bold red]NO[/]" if row.exceeded else "[green]ok[/]" if row.allowed and not row.skipped else ""
            table.add_row(mark, *map(escape, markdown.cells(row)))
        terminal.print(table)
        for note in found.notes:
            terminal.say(f"[dim]-[/] {escape(note)}")
    for failure in found.failures:
        terminal.say(f"[bold red]-[/] {escape(failure)}")
    if not quiet and not found.failures:
        terminal.print("[bold green]within the limits[/]")
