"""`python -m plumbline.host compare A B`: what changed between two verdicts, with limits that can fail a CI job."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from plumbline.common.cli import add_output
from plumbline.common.errors import LimitExceeded
from plumbline.host.reports import markdown
from plumbline.host.reports.terminal import Terminal
from plumbline.host.verdict.verdict_diff import QUANTITIES, Allowance, Changes, changes
from plumbline.host.verdict.verdict_file import judged

_WIDTH = 110
_SHOWN, _SHOWN_NARROW = 28, 14  # of a text, from _WIDTH columns on and below: a hash is told apart by less


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("compare", help="what changed between two verdicts, with limits that can fail a CI job")
    parser.add_argument("before", type=Path, metavar="A", help="a verdict.json, or a folder that holds one")
    parser.add_argument("after", type=Path, metavar="B", help="the one that is held against A")
    for quantity in QUANTITIES:
        text = f"by how much the {quantity.option.split('-')[1]} may get worse: 5%% of A's, or an amount in its own unit"
        parser.add_argument(f"--{quantity.option}", type=_allowance, metavar="LIMIT", help=text)
    add_output(parser, "and only what exceeds a limit", "JSON instead of a table")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the changes; 0 where PASS stayed PASS and every limit holds.

    Raises:
        ArtefactsDisagree: one of the two cannot be read, or is of a run that came to no verdict.
    """
    limits = {each.option: vars(given)[each.option.replace("-", "_")] for each in QUANTITIES}
    found = changes(judged(given.before), judged(given.after), {option: limit for option, limit in limits.items() if limit is not None})
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


def _allowance(text: str) -> Allowance:
    try:
        return Allowance.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
