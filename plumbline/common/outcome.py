"""What a run of a verification came to, from its first moment on: verdict.json and junit.xml say "not finished" until its end replaces that.

It needs nothing but the standard library, because make calls it before anything is set up.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from plumbline.common import junit
from plumbline.common.errors import PlumblineError
from plumbline.common.files import write_if_changed
from plumbline.common.junit import Case
from plumbline.common.text import markdown_text, printable, utf8_text

SCHEMA = 7
"""Version of verdict.json; raised when a field comes, goes or changes its meaning."""
PASS, FAIL, ERROR, NOT_FINISHED = "pass", "fail", "error", "not finished"
VERDICT, JUNIT, PAGE = FILES = ("verdict.json", "junit.xml", "report.html")
ASIDE = {PASS: "last_pass", FAIL: "last_fail"}
"""Where the next run moves the reports of one that came to a verdict: folders beside them."""
SUMMARY = "GITHUB_STEP_SUMMARY"
"""Environment variable: the file whose Markdown GitHub shows with a step."""
BEGUN = "PLUMBLINE_BEGUN"
"""Environment variable: runs that were begun before this process became what it is, as a JSON list: who waits for it, and their folders."""
_NAME_ASIDE = {VERDICT: VERDICT, JUNIT: "junit.last", PAGE: PAGE}
"""A CI job that collects **/junit.xml must not publish an old PASS."""


@dataclass(frozen=True)
class Ended:
    """The error that a run ended with."""

    exit_code: int
    name: str
    """Of its class in `plumbline.common.errors`, as in docs/reference/exit-codes.md."""
    message: str
    hint: str
    """What to do next; may be empty."""

    @classmethod
    def of(cls, error: PlumblineError) -> Ended:
        return cls(error.exit_code, type(error).__name__, utf8_text(error.message), utf8_text(error.hint))

    @property
    def sentence(self) -> str:
        """Its name, the exit code and the message."""
        return f"{self.name} (exit code {self.exit_code}): {self.message}"


@dataclass(frozen=True)
class Run:
    """One run, from `begin` on."""

    folder: Path
    """build/NAME."""
    name: str
    command: str
    """What repeats it."""
    started: str
    """ISO 8601, UTC."""

    @classmethod
    def begin(cls, folder: Path, name: str, command: str) -> Run:
        """Move the reports of the last run aside, if it came to a verdict, and say "not finished" in their place.

        Raises:
            OSError: the folder cannot be written.
        """
        run = cls(folder, name, utf8_text(command), datetime.now(timezone.utc).isoformat(timespec="seconds"))
        aside = ASIDE.get(outcome_of(folder))
        if aside:
            (folder / aside).mkdir(exist_ok=True)
            for file, kept in _NAME_ASIDE.items():
                if (folder / file).is_file():
                    (folder / file).replace(folder / aside / kept)
                else:
                    (folder / aside / kept).unlink(missing_ok=True)
        run._write(NOT_FINISHED, None)
        return run

    @classmethod
    def begun(cls, folder: Path) -> Run:
        """The one that `folder` says has not finished.

        Raises:
            OSError, ValueError, KeyError: it says nothing of the kind.
        """
        said = json.loads((folder / VERDICT).read_text())
        return cls(folder, said["recipe"], said["command"], said["started"])

    def end(self, ended: Ended) -> None:
        """Say which error ended the run, in the summary of a GitHub Actions step too, unless it came to a verdict before.

        Raises:
            OSError: the folder cannot be written.
        """
        if self.unfinished:
            self._write(ERROR, ended)
            self._summarize(ended)

    @property
    def unfinished(self) -> bool:
        """Whether nothing has replaced "not finished" yet."""
        return outcome_of(self.folder) not in (PASS, FAIL, ERROR)

    def _write(self, outcome: str, ended: Ended | None) -> None:
        """JUnit first: what is left of an interrupted moment may be an old verdict.json, never an old green test."""
        what = "the run has not finished" if ended is None else ended.sentence
        write_if_changed(self.folder / JUNIT, self._junit(what, ended))
        (self.folder / PAGE).unlink(missing_ok=True)
        document = {
            "schema": SCHEMA,
            "outcome": outcome,
            "passed": False,
            "line": printable(f"{'NOT FINISHED' if ended is None else 'ERROR'} {self.name}: {what}"),
            "failures": [what],
            "error": None if ended is None else asdict(ended),
            **({} if ended is None else {"exit_code": ended.exit_code}),
            "recipe": self.name,
            "started": self.started,
            "command": self.command,
        }
        write_if_changed(self.folder / VERDICT, json.dumps(document, indent=1) + "\n")

    def _summarize(self, ended: Ended) -> None:
        """Append a section where GITHUB_STEP_SUMMARY is set; that it cannot be written must not hide the error."""
        file = os.environ.get(SUMMARY)
        if not file:
            return
        said = [ended.sentence, *([f"hint: {ended.hint}"] if ended.hint else [])]
        shown = [markdown_text(printable(" ".join(each.split()))) for each in (self.name, *said)]
        lines = [f"## ❌ ERROR: {shown[0]}", "", *(f"- {each}" for each in shown[1:]), ""]
        lines += ["Repeat it:", "", "```sh", printable(self.command), "```", ""]
        with contextlib.suppress(OSError), Path(file).open("a", encoding="utf-8", errors="backslashreplace") as summary:
            summary.write("\n".join(lines) + "\n")

    def _junit(self, what: str, ended: Ended | None) -> bytes:
        reasons = (what, ended.hint) if ended and ended.hint else (what,)
        case = Case("verdict", "verdict", reasons, "NotFinished" if ended is None else ended.name, "error")
        return junit.to_xml(f"plumbline.{self.name}", self.started, [case])


def outcome_of(folder: Path) -> str:
    """What verdict.json in a folder says; empty where there is none that can be read. Versions before 4 said only whether it passed."""
    try:
        found: Any = json.loads((folder / VERDICT).read_text())
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    outcome = found.get("outcome")
    if isinstance(outcome, str):
        return outcome
    passed = found.get("passed")
    return (PASS if passed else FAIL) if isinstance(passed, bool) else ""
