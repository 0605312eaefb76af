"""Commands that the set-up runs in the background: their output goes to a log, and a line on the terminal moves while they work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from plumbline.common.errors import SetupFailed

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "setup"
TERMINAL_S, LOG_S = 0.5, 10.0
"""How often the line is renewed on a terminal, and written anew where there is none."""


class Job:
    """A command that has begun.

    Args:
        title: its first word names the log.
        detail: what is done, shown once.
        command: program and arguments.
        hint: what to do where it fails.
        variables: of the environment, beside ours.
        state: says how far it is; without it the last line of the log does.
    """

    def __init__(
        self, title: str, detail: str, command: list[str], hint: str, variables: Mapping[str, str] = {}, state: Callable[[], str] | None = None
    ) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.title, self.hint = title, hint
        self.log = LOGS / f"{title.split()[0].lower()}.log"
        self.start = time.monotonic()
        self._state = state or self.last_line
        self._moving = sys.stderr.isatty()
        print(f"{title}: {detail} ...", file=sys.stderr, flush=True)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env={**os.environ, **variables})

    def wait(self) -> None:
        """Wait for the command.

        Raises:
            SetupFailed: it failed; shows the end of its output.
        """
        while True:
            try:
                status = self.process.wait(timeout=TERMINAL_S if self._moving else LOG_S)
                break
            except subprocess.TimeoutExpired:
                self._show(f"{self.title}: {self._state()}, {time.monotonic() - self.start:.0f} s", "")
            except BaseException:
                self.process.terminate()
                self.process.wait()
                raise
        if status:
            self._show("", "")
            tail = "\n".join(f"  {line}" for line in self.log.read_text(errors="replace").splitlines()[-8:])
            raise SetupFailed(f"{self.title} failed:\n{tail}", f"{self.hint} The whole output is in {self.log}.")
        self._show(f"{self.title}: done in {time.monotonic() - self.start:.0f} s", "\n")

    def last_line(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return lines[-1].strip()[:60] if lines else "waiting"

    def _show(self, text: str, end: str) -> None:
        """A line that the next one replaces on a terminal, unless it ends here."""
        print(f"\r\x1b[K{text}", end=end, file=sys.stderr, flush=True) if self._moving else print(text, file=sys.stderr, flush=True)
