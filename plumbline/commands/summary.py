"""`plumbline summary`: one table of what the last verification of each model found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rich.markup import escape

from plumbline.commands.options import BUILD, Given, define
from plumbline.common import usage
from plumbline.common.errors import ArtefactsDisagree, VerdictFailed
from plumbline.common.numbers import number
from plumbline.common.outcome import VERDICT
from plumbline.host.reports.terminal import Terminal, fitting
from plumbline.host.verdict import verdict_file
from plumbline.host.verdict.verdict_file import Document, Judged

_HEADS = ("verdict", "recipe", "exact", "metric", "float / int8 / board", "flash, B", "RAM, B", "per inference", "s")
_LEFT = ("recipe", "metric")
_OPTIONAL = ("RAM, B", "flash, B", "s", "per inference", "metric", "float / int8 / board", "exact")
"""In the order in which a narrow terminal leaves them out; verdict and recipe stay."""


@define("plumbline summary", takes=(BUILD,), result="a list instead of a table")
def command(given: Given) -> int:
    """Show one table of every verdict in the build folder; exit code 0 if there is one and all passed."""
    found = sorted(path.parent.name for path in given.results.glob(f"*/{VERDICT}"))
    if not found:
        raise ArtefactsDisagree(f"No verdict is in {given.results}.", f"{usage.command('verify')} makes one.")
    return conclude(given, found, {})


def conclude(given: Given, names: Sequence[str], seconds: Mapping[str, float]) -> int:
    """Print the table, or JSON; the exit code is 0 only if each has a verdict and passed.

    Args:
        given: what was given.
        names: of folders in the build folder.
        seconds: how long some of them took, for the table.
    """
    verdicts = {name: verdict_file.if_any(given.results / name / VERDICT) for name in names}
    passed = {name: verdict is not None and verdict.passed for name, verdict in verdicts.items()}
    if given.json:
        said = {name: "no verdict" if verdict is None else verdict.outcome for name, verdict in verdicts.items()}
        print(json.dumps([{"name": name, "outcome": outcome, "seconds": seconds.get(name)} for name, outcome in said.items()], indent=1))
    else:
        _show([(*row(name, verdict), f"{seconds[name]:.0f}" if name in seconds else "") for name, verdict in verdicts.items()])
    return 0 if all(passed.values()) else VerdictFailed.exit_code


def _show(rows: list[tuple[str, ...]]) -> None:
    terminal = Terminal()
    table, left_out = fitting(terminal, list(zip(_HEADS, zip(*rows, strict=True), strict=True)), _OPTIONAL, _LEFT)
    terminal.print(table)
    if left_out:
        terminal.print(f"[dim]{escape(left_out)}[/]")


def row(name: str, verdict: Document | None) -> tuple[str, ...]:
    """The cells of one recipe but the last. Where there is no verdict the first one says why: `ERROR BoardSilent`, `NOT FINISHED`, `no verdict`."""
    if not isinstance(verdict, Judged):
        said = "no verdict" if verdict is None else verdict.outcome.upper()
        named = f" {verdict.error.name}" if verdict and verdict.error else ""
        return (f"[bold red]{escape(said + named)}[/]", name, *[""] * 6)
    metrics, size, summary = verdict.metrics, verdict.size, verdict.summary
    values = (" / ".join(map(number, (each.float_value, each.int8_value, each.board_value))) for each in metrics)
    return (
        "[green]PASS[/]" if verdict.passed else "[bold red]FAIL[/]",
        name,
        f"{summary.exact}/{summary.compared}",
        "; ".join(f"{each.output}: {each.kind}" if each.output else each.kind for each in metrics),
        "; ".join(values),
        *((f"{size.flash:,}", f"{size.ram:,}") if size else ("", "")),
        escape(f"{verdict.inference.count:,} {verdict.inference.unit}"),
    )
