"""The table of a folder of models: one row each, what became of it, what it costs on the board, and why it did not pass."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.markup import escape

from plumbline.common.errors import VerdictFailed
from plumbline.common.outcome import VERDICT
from plumbline.host.reports.terminal import Terminal, fitting
from plumbline.host.verdict import verdict_file
from plumbline.host.verdict.verdict_file import Document, Judged

_HEADS = ("verdict", "model", "exact", "distinct", "per inference", "memory, B", "flash, B", "s", "reason")
_LEFT = ("model", "reason")
_OPTIONAL = ("s", "flash, B", "memory, B", "per inference", "distinct", "exact")
"""In the order in which a narrow terminal leaves them out; verdict, model and reason stay."""


def conclude(results: Path, models: Mapping[str, Path], seconds: Mapping[str, float], *, as_json: bool = False) -> int:
    """Print the table, or JSON; the exit code is 0 only if every model passed.

    Args:
        results: the build folder.
        models: by the names of their folders in the build folder.
        seconds: how long each took.
        as_json: whether a list is wanted instead of the table.
    """
    verdicts = {name: verdict_file.if_any(results / name / VERDICT) for name in models}
    rows = [(*row(models[name].name, verdict), f"{seconds[name]:.0f}", escape(reason(verdict))) for name, verdict in verdicts.items()]
    passed = [isinstance(verdict, Judged) and verdict.passed for verdict in verdicts.values()]
    if as_json:
        print(json.dumps([document(models[name].name, verdict, seconds[name]) for name, verdict in verdicts.items()], indent=1))
    else:
        _show(rows)
        print(f"{sum(passed)} of {len(passed)} models passed")
    return 0 if all(passed) else VerdictFailed.exit_code


def _show(rows: Sequence[tuple[str, ...]]) -> None:
    terminal = Terminal()
    table, left_out = fitting(terminal, list(zip(_HEADS, zip(*rows, strict=True), strict=True)), _OPTIONAL, _LEFT, wrapped="reason")
    terminal.print(table)
    if left_out:
        terminal.print(f"[dim]{escape(left_out)}[/]")


def row(name: str, verdict: Document | None) -> tuple[str, ...]:
    """The cells of a model up to its flash; empty ones where it came to no verdict."""
    if not isinstance(verdict, Judged):
        return (f"[bold red]{'no verdict' if verdict is None else verdict.outcome.upper()}[/]", escape(name), *[""] * 5)
    return (
        "[green]PASS[/]" if verdict.passed else "[bold red]FAIL[/]",
        escape(name),
        f"{verdict.summary.exact:,}/{verdict.summary.compared:,}",
        f"{distinct(verdict):,}",
        escape(f"{verdict.inference.count:,} {verdict.inference.unit}"),
        f"{verdict.footprint.memory_bytes:,}",
        f"{verdict.size.flash:,}" if verdict.size else "",
    )


def distinct(verdict: Judged) -> int:
    """Different answers of the board among those compared."""
    return len({each.board for each in verdict.comparisons})


def reason(verdict: Document | None) -> str:
    """Why a model did not pass, in one sentence; empty where it did."""
    if verdict is None:
        return "it came to no verdict"
    return "" if verdict.passed else next(iter(verdict.failures), verdict.outcome)


def document(name: str, verdict: Document | None, seconds: float) -> dict[str, object]:
    """A row as JSON."""
    found: dict[str, object] = {"model": name, "outcome": "no verdict" if verdict is None else verdict.outcome, "reason": reason(verdict)}
    if isinstance(verdict, Judged):
        found |= {"exact": verdict.summary.exact, "compared": verdict.summary.compared, "distinct": distinct(verdict)}
        found |= {"count": verdict.inference.count, "unit": verdict.inference.unit, "memory_bytes": verdict.footprint.memory_bytes}
        found |= {"flash": verdict.size.flash if verdict.size else None}
    return {**found, "seconds": round(seconds, 1)}
