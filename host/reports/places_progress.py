"""What is going on at several places at once: a line each on a terminal, a line for each change in a log, JSON lines for a program."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from plumbline.common import progress
from plumbline.common.progress import Advance
from plumbline.common.text import printable


class PlacesProgress:
    """Shows how far each place is, to be used in a `with` block.

    Args:
        names: of all places.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._how = progress.chosen().progress
        console = Console(file=sys.stderr)
        self._bar: Progress | None = None
        self._rows: dict[str, TaskID] = {}
        if self._how == "shown" and console.is_terminal:
            columns = [TextColumn("{task.description}"), TextColumn("{task.fields[state]}"), BarColumn(16), TimeElapsedColumn()]
            self._bar = Progress(*columns, console=console)
            self._rows = {name: self._bar.add_task(escape(printable(name)), total=None, state="waiting") for name in names}

    def __enter__(self) -> PlacesProgress:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def say(self, name: str, state: str, ended: bool = False) -> None:
        """What a place has come to; `ended` is the last of it."""
        shown = printable(state)
        with self._lock:
            if self._bar:
                self._bar.update(self._rows[name], state=escape(shown))
                if ended:
                    self._bar.update(self._rows[name], total=1, completed=1)
                    self._bar.stop_task(self._rows[name])
            elif self._how == "json":
                self._write(json.dumps({"event": "end" if ended else "state", "place": name, "state": state, "seconds": self._seconds()}))
            elif self._how == "shown":
                self._write(f"{printable(name)}: {shown}" + (f", after {self._seconds():.1f} s" if ended else ""))

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """While the block runs, what this thread does is shown as this place's."""

        @contextmanager
        def shown(title: str, total: int | None, _unit: str) -> Iterator[Advance]:
            self.say(name, title)
            if self._bar:
                self._bar.reset(self._rows[name], total=total)
            yield lambda steps: self._advance(name, steps)

        with progress.elsewhere(shown):
            yield

    def _advance(self, name: str, steps: int) -> None:
        if self._bar:
            self._bar.advance(self._rows[name], steps)

    def _seconds(self) -> float:
        return round(time.monotonic() - self._began, 1)

    def _write(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)
