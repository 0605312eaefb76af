"""The table of several verifications, of the models of a folder or on several boards: what became of each, what it costs, why it did not pass."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from rich.markup import escape

from plumbline.common.errors import VerdictFailed
from plumbline.host.reports.terminal import Terminal, fitting
from plumbline.host.verdict.verdict_file import Document, Judged

_HEADS = ("exact", "distinct", "per inference", "memory, B", "stack, B", "flash, B", "RAM, B", "s", "reason")
_OPTIONAL = ("RAM, B", "stack, B", "s", "flash, B", "memory, B", "per inference", "distinct", "exact")
"""In the order in which a narrow terminal leaves them out; the verdict, what it is about and the reason stay."""


@dataclass(frozen=True)
class Verified:
    """One of several verifications."""

    name: str
    """Of what differs from one to the next: a file's, a board's."""
    verdict: Document | None
    """None where it came to none."""
    seconds: float


def conclude(about: str, found: Sequence[Verified], *, as_json: bool = False) -> int:
    """Print the table, or JSON; the exit code is 0 only if every one passed.

    Args:
        about: what each is about, `model` or `board`.
        found: in the order of the rows.
        as_json: whether a list is wanted instead of the table.
    """
    passed = [isinstance(each.verdict, Judged) and each.verdict.passed for each in found]
    if as_json:
        print(json.dumps([document(about, each) for each in found], indent=1))
    else:
        _show(about, [(*row(each.name, each.verdict), f"{each.seconds:.0f}", escape(reason(each.verdict))) for each in found])
        print(f"{sum(passed)} of {len(passed)} {about}s passed")
    return 0 if all(passed) else VerdictFailed.exit_code


def _show(about: str, rows: Sequence[tuple[str, ...]]) -> None:
    terminal, heads = Terminal(), ("verdict", about, *_HEADS)
    table, left_out = fitting(terminal, list(zip(heads, zip(*rows, strict=True), strict=True)), _OPTIONAL, (about, "reason"), wrapped="reason")
    terminal.print(table)
    if left_out:
        terminal.print(f"[dim]{escape(left_out)}[/]")


def row(name: str, verdict: Document | None) -> tuple[str, ...]:
    """The cells up to the RAM; empty ones where there is no verdict."""
    if not isinstance(verdict, Judged):
        return (f"[bold red]{'no verdict' if verdict is None else verdict.outcome.upper()}[/]", escape(name), *[""] * 7)
    return (
        "[green]PASS[/]" if verdict.passed else "[bold red]FAIL[/]",
        escape(name),
        f"{verdict.summary.exact:,}/{verdict.summary.compared:,}",
        f"{distinct(verdict):,}",
        escape(f"{verdict.inference.count:,} {verdict.inference.unit}"),
        f"{verdict.footprint.memory_bytes:,}",
        f"{verdict.stats.stack_used:,}" if verdict.stats.stack_bytes else "",
        f"{verdict.size.flash:,}" if verdict.size else "",
        f"{verdict.size.ram:,}" if verdict.size else "",
    )


def distinct(verdict: Judged) -> int:
    """Different answers of the board among those compared."""
    return len({each.board for each in verdict.comparisons})


def reason(verdict: Document | None) -> str:
    """Why it did not pass, in one sentence; empty where it did."""
    if verdict is None:
        return "it came to no verdict"
    return "" if verdict.passed else next(iter(verdict.failures), verdict.outcome)


def document(about: str, of: Verified) -> dict[str, object]:
    """A row as JSON."""
    verdict = of.verdict
    found: dict[str, object] = {about: of.name, "outcome": "no verdict" if verdict is None else verdict.outcome, "reason": reason(verdict)}
    if isinstance(verdict, Judged):
        found |= {"exact": verdict.summary.exact, "compared": verdict.summary.compared, "distinct": distinct(verdict)}
        found |= {"count": verdict.inference.count, "unit": verdict.inference.unit, "memory_bytes": verdict.footprint.memory_bytes}
        found |= {"stack": verdict.stats.stack_used, "flash": verdict.size.flash if verdict.size else None}
        found |= {"ram": verdict.size.ram if verdict.size else None}
    return {**found, "seconds": round(of.seconds, 1)}
