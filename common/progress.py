"""How long work shows that it lives: a bar on a terminal, one line at the start and one at the end in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Advance = Callable[[int], None]
"""Call with the number of steps done since the last call."""


@contextmanager
def task(title: str, total: int | None = None) -> Iterator[Advance]:
    """Show `title` while the block runs, on standard error.

    Args:
        title: what is being done, e.g. "Training".
        total: number of steps; None shows a spinner instead of a bar.

    Yields:
        A function that advances the bar.
    """
    console = Console(file=sys.stderr)
    start = time.monotonic()
    if not console.is_terminal:
        print(f"{title} ...", file=sys.stderr, flush=True)
        yield lambda _steps: None
        print(f"{title}: done in {time.monotonic() - start:.1f} s", file=sys.stderr, flush=True)
        return
    columns = [SpinnerColumn(), TextColumn("{task.description}")]
    columns += [BarColumn(), MofNCompleteColumn()] if total is not None else []
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        handle = bar.add_task(title, total=total)
        yield lambda steps: bar.advance(handle, steps)
        bar.update(handle, total=total or 1, completed=total or 1)
