"""Runs the stages of the pipeline one after the other, each in a process of its own in `.venv`, and ends them with itself."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from plumbline.common.child import Make, dies_with_parent
from plumbline.common.ending import ERROR_FILE, Signalled
from plumbline.common.errors import InternalError, OutOfMemory, PlumblineError, SetupFailed
from plumbline.common.outcome import Ended
from plumbline.common.paths import ROOT
from tools.settings import OURS

PYTHON = Path(".venv") / "bin" / "python"
PATIENCE_S = 10.0
"""What a stage gets to end what it has started, once it is told to."""
POLL_S = 0.2
MAKE = Make()
OF_MAKE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "GNUMAKEFLAGS"}
"""What make hands to the commands that it starts."""


class StageFailed(Exception):
    """A stage ended with an error, which it has reported itself."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.message)
        self.ended = ended


def run(*words: str) -> None:
    """Run `python -m WORDS` and wait for it.

    Raises:
        StageFailed: it failed, and said why.
        OutOfMemory, InternalError: it was killed, or crashed.
        SetupFailed: the environment's Python cannot be run.
    """
    with tempfile.TemporaryDirectory(prefix="plumbline-") as folder:
        left = Path(folder) / "error.json"
        variables = {name: value for name, value in os.environ.items() if name not in {*OURS, *OF_MAKE}}
        code = _waited([str(PYTHON), "-m", *words], {**variables, ERROR_FILE: str(left)})
        if code:
            raise _failure(words, code, left)


def _waited(command: list[str], variables: dict[str, str]) -> int:
    try:
        child = subprocess.Popen(command, cwd=ROOT, env=variables, preexec_fn=_before())
    except OSError as error:
        raise SetupFailed(f"{PYTHON} cannot be run: {error.strerror}.", "Remove the folder .venv and run make again.") from error
    with _ended_with_us(child):
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.wait(timeout=POLL_S)
            if name := MAKE.signal():
                raise Signalled(name)


def _before() -> Callable[[], None]:
    """What the child does before it becomes Python: Ctrl-C waits until `ending.run` is there to say so without a traceback."""
    tied = dies_with_parent()

    def hook() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        if tied is not None:
            tied()

    return hook


@contextlib.contextmanager
def _ended_with_us(child: subprocess.Popen[Any]) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        typed = isinstance(error, KeyboardInterrupt) and not isinstance(error, Signalled)  # Ctrl-C, which the terminal tells the child as well
        for number, patience in ((None, 1.0 if typed else 0.0), (signal.SIGTERM, PATIENCE_S), (signal.SIGKILL, PATIENCE_S)):
            if number is not None:
                child.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=patience)
                break
        raise


def _failure(words: tuple[str, ...], code: int, left: Path) -> Exception:
    what = " ".join(words[:2])
    if code < 0:
        name = signal.Signals(-code).name
        if name == "SIGKILL":
            return OutOfMemory(f"`{what}` was killed, as the system does when memory runs out.", "Close other programs, or use a smaller model.")
        return InternalError(f"`{what}` crashed with {name}.", "Please report it, with the command that you typed.")
    try:
        return StageFailed(Ended(**json.loads(left.read_text())))
    except (OSError, ValueError, TypeError):
        known = {each.exit_code: each.__name__ for each in PlumblineError.__subclasses__()}
        return StageFailed(Ended(code, known.get(code, "PlumblineError"), f"`{what}` ended with exit code {code}.", ""))
