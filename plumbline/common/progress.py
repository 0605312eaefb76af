"""How long work shows that it lives: a bar with rate and time left on a terminal, plain lines in a log, JSON lines for a program, or nothing."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from plumbline.common.text import printable

Advance = Callable[[int], None]
"""Call with the number of steps done since the last call."""

LOG_EVERY_S = 10.0
"""In a log a line this often is a sign of life, and more often a nuisance."""
JSON_EVERY_S = 0.5
_BAR = 16  # columns: the numbers beside it need theirs on a terminal of 80


@dataclass(frozen=True)
class Output:
    """What the user asked to see; `choose` sets it for the process."""

    progress: Literal["shown", "json", "none"] = "shown"
    """"shown" is a bar on a terminal and lines elsewhere."""
    verbose: bool = False
    """Whether what the libraries and programs below say reaches standard error."""


_chosen = Output()
Shown = Callable[[str, "int | None", str], AbstractContextManager[Advance]]
"""Shows a task: its title, the number of steps, their unit."""
_elsewhere: ContextVar[Shown | None] = ContextVar("elsewhere", default=None)


def choose(output: Output) -> None:
    """Set what every following `task` of this process shows."""
    global _chosen
    _chosen = output


def chosen() -> Output:
    """What the user asked to see."""
    return _chosen


@contextmanager
def elsewhere(shown: Shown) -> Iterator[None]:
    """While the block runs, what this thread does is shown by `shown`: several at once would write over each other."""
    before = _elsewhere.set(shown)
    try:
        yield
    finally:
        _elsewhere.reset(before)


@contextmanager
def task(title: str, total: int | None = None, unit: str = "steps") -> Iterator[Advance]:
    """Show `title` while the block runs, on standard error.

    Args:
        title: what is being done, e.g. "Training".
        total: number of steps; None where it is not known: then there is no bar and no time left.
        unit: what the steps are, in the plural.

    Yields:
        A function that counts steps.
    """
    other = _elsewhere.get()
    if other is not None:
        with other(printable(title), total, unit) as advance:
            yield advance
        return
    if _chosen.progress == "none":
        yield lambda _steps: None
        return
    with _shown(printable(title), total, unit) as advance:
        yield advance


def _shown(title: str, total: int | None, unit: str) -> AbstractContextManager[Advance]:
    console = Console(file=sys.stderr)
    if _chosen.progress == "json":
        return _lines(_JsonLines(title, total, unit), JSON_EVERY_S)
    if console.is_terminal:
        return _bar(console, title, total, unit)
    return _lines(_LogLines(title, total, unit), LOG_EVERY_S)


class _Lines:
    """Writes the start, the state now and then, and the end of a task."""

    def __init__(self, title: str, total: int | None, unit: str) -> None:
        self.title, self.total, self.unit = title, total, unit

    def begin(self) -> None:
        raise NotImplementedError

    def state(self, done: int, seconds: float) -> None:
        raise NotImplementedError

    def end(self, done: int, seconds: float, failed: bool) -> None:
        raise NotImplementedError


class _LogLines(_Lines):
    def begin(self) -> None:
        _say(f"{self.title} ...")

    def state(self, done: int, seconds: float) -> None:
        _say(f"{self.title}: {counted(done, self.total, self.unit, done / seconds)}")

    def end(self, done: int, seconds: float, failed: bool) -> None:
        if not failed:  # the error says the rest
            _say(f"{self.title}: done in {seconds:.1f} s")


class _JsonLines(_Lines):
    def begin(self) -> None:
        self._write("start")

    def state(self, done: int, seconds: float) -> None:
        rate = done / seconds
        left = (self.total - done) / rate if self.total is not None and rate else None
        self._write("progress", done=done, seconds=round(seconds, 3), rate=round(rate, 3), seconds_left=None if left is None else round(left, 3))

    def end(self, done: int, seconds: float, failed: bool) -> None:
        self._write("failed" if failed else "end", done=done, seconds=round(seconds, 3))

    def _write(self, event: str, **facts: float | None) -> None:
        _say(json.dumps({"event": event, "task": self.title, "total": self.total, "unit": self.unit, **facts}))


@contextmanager
def _lines(lines: _Lines, every_s: float) -> Iterator[Advance]:
    start = said = time.monotonic()
    done = 0

    def advance(steps: int) -> None:
        nonlocal done, said
        done += steps
        now = time.monotonic()
        if now - said >= every_s:
            said = now
            lines.state(done, now - start)

    lines.begin()
    failed = True
    try:
        yield advance
        failed = False
    finally:
        lines.end(done, time.monotonic() - start, failed)


class _Counted(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        known = task.fields["known"]
        return Text(counted(int(task.completed), known, task.fields["unit"], speed) if task.completed or known else "")


@contextmanager
def _bar(console: Console, title: str, total: int | None, unit: str) -> Iterator[Advance]:
    last = [TimeElapsedColumn()] if total is None else [BarColumn(_BAR)]
    columns = [SpinnerColumn(), TextColumn("{task.description}"), *last, _Counted(table_column=Column(no_wrap=True))]
    with Progress(*columns, console=console) as bar:
        handle = bar.add_task(escape(title), total=total, known=total, unit=unit)
        yield lambda steps: bar.advance(handle, steps)
        done = bar.tasks[0].completed if total is None else total
        bar.update(handle, total=done, completed=done)


def counted(done: int, total: int | None, unit: str, rate: float | None) -> str:
    """For a person: `120 of 500 epochs, 60 epochs/s, 6 s left`.

    Args:
        done, total: steps; None where the total is not known.
        unit: of the steps.
        rate: steps a second; None or 0 while it is not known.
    """
    parts = [f"{done:,} of {total:,} {unit}" if total is not None else f"{done:,} {unit}"]
    if rate:
        parts.append(f"{rate:,.0f} {unit}/s" if rate >= 10 else f"{rate:.2g} {unit}/s")
        if total is not None and done < total:
            parts.append(f"{(total - done) / rate:,.0f} s left")
    return ", ".join(parts)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
