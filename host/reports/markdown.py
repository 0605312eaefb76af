"""Verdicts and changes as Markdown, and where GitHub shows it: the file that GITHUB_STEP_SUMMARY names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from plumbline.common.ending import writing
from plumbline.common.outcome import SUMMARY
from plumbline.common.text import markdown_text as _text
from plumbline.host.reports import terminal
from plumbline.host.reports.flow import stages
from plumbline.host.reports.many_table import Verified, reason
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verdict_diff import Change, Changes


def append_summary(text: str) -> bool:
    """Append to the summary of a GitHub Actions step.

    Returns:
        False where the variable is not set.

    Raises:
        FileTrouble: the file cannot be written.
    """
    name = os.environ.get(SUMMARY)
    if not name:
        return False
    with writing(f"{SUMMARY}={name}"), Path(name).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text + "\n")
    return True


def of_verdict(verdict: Verdict) -> str:
    """The last line as heading, why it failed, the facts, the sizes and the command; a section of Markdown as GitHub renders it."""
    mark = "✅ PASS" if verdict.passed else "❌ FAIL"
    sizes = [(stage.name, "unknown" if stage.bytes is None else f"{stage.bytes:,} B") for stage in stages(verdict)]
    lines = [f"## {mark}: {_text(verdict.recipe)} on {_text(verdict.identity.board)}", "", _text(terminal.last_line(verdict)), ""]
    lines += [f"- {_text(failure)}" for failure in verdict.failures] + [""] * bool(verdict.failures)
    lines += [f"- warning: {_text(each)}" for each in verdict.warnings] + [""] * bool(verdict.warnings)
    lines += _table(("fact", "value"), [(_text(name), _text(text)) for name, text in terminal.facts(verdict)])
    lines += ["", *_table([name for name, _ in sizes], [[size for _, size in sizes]])]
    return "\n".join([*lines, "", "Repeat it:", "", "```sh", verdict.command, "```", ""])


def of_many(about: str, found: Sequence[Verified]) -> str:
    """What became of each of several verifications, as a table."""
    rows = []
    for each in found:
        outcome = each.verdict.outcome.upper() if each.verdict else "no verdict"
        rows.append([_text(cell) for cell in (outcome, each.name, f"{each.seconds:.0f}", reason(each.verdict))])
    return "\n".join(["", *_table(("verdict", about, "s", "reason"), rows), ""])


def of_changes(found: Changes) -> str:
    """What changed, as a table, and which limits were exceeded."""
    lines = [f"## {'❌ limits exceeded' if found.failures else '✅ within the limits'}", ""]
    said = (*found.failures, *found.notes)
    lines += [f"- {_text(sentence)}" for sentence in said] + [""] * bool(said)
    facts = [(name, _text(before), _text(after), "" if before == after else "changed", "") for name, before, after in found.facts]
    return "\n".join([*lines, *_table(("", "before", "after", "change", "allowed"), [*facts, *(cells(row) for row in found.known)]), ""])


def cells(row: Change) -> tuple[str, str, str, str, str]:
    """Name, before, after, change, allowed; for the terminal too."""

    def shown(value: float | None) -> str:
        return "unknown" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.6g}"

    change = "cannot be compared"
    if row.worse_by is not None and row.before is not None and row.after is not None:
        moved = shown(row.after - row.before)
        change = "none" if row.after == row.before else f"{'+' if row.after > row.before else ''}{moved}"
        change += "" if row.share in (None, 0) else f" ({row.share:+.1%})"
    name = f"{row.name}, {row.unit}" if row.unit in ("B", "instructions", "cycles", "ticks") else row.name
    return name, shown(row.before), shown(row.after), change, ("✗ " if row.exceeded else "") + (str(row.allowed) if row.allowed else "")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(each)} |" for each in (head, ["---"] * len(head), *rows)]
