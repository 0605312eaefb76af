"""Runs a stage of the pipeline as a command in a process of its own, where TensorFlow may be, and ends it with this one."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from plumbline.common.child import dies_with_parent, environment
from plumbline.common.ending import ERROR_FILE, Signalled
from plumbline.common.errors import InternalError, OutOfMemory, PlumblineError, SetupFailed
from plumbline.common.outcome import Ended
from plumbline.common.usage import TYPED, typed
from plumbline.pipeline.project import ALL_GIVEN

PATIENCE_S = 10.0
"""What a stage gets to end what it has started, once it is told to."""


class StageFailed(Exception):
    """A stage ended with an error, which it has reported itself."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.message)
        self.ended = ended


def run(*words: str, shown: bool = True) -> None:
    """Run `plumbline WORDS` and wait for it.

    Args:
        words: a command with all its arguments: plumbline.toml is not looked at again.
        shown: whether what it prints on standard output is to be seen.

    Raises:
        StageFailed: it failed, and said why.
        OutOfMemory, InternalError: it was killed, or crashed.
        SetupFailed: Python cannot be run.
    """
    with tempfile.TemporaryDirectory(prefix="plumbline-") as folder:
        left = Path(folder) / "error.json"
        variables = {**environment(), ERROR_FILE: str(left), TYPED: typed(), ALL_GIVEN: "1"}
        code = _waited([sys.executable, "-m", "plumbline", *words], variables, None if shown else subprocess.DEVNULL)
        if code:
            raise _failure(words[0], code, left)


def _waited(command: list[str], variables: dict[str, str], stdout: int | None) -> int:
    try:
        child = subprocess.Popen(command, env=variables, stdout=stdout, preexec_fn=_before())
    except OSError as error:
        raise SetupFailed(f"{sys.executable} cannot be run: {error.strerror}.", "See whether this environment of Python is still whole.") from error
    with _ended_with_us(child):
        return child.wait()


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


def _failure(what: str, code: int, left: Path) -> Exception:
    if code < 0:
        name = signal.Signals(-code).name
        if name == "SIGKILL":
            return OutOfMemory(
                f"The stage `{what}` was killed, as the system does when memory runs out.", "Close other programs, or use a smaller model."
            )
        return InternalError(f"The stage `{what}` crashed with {name}.", "Please report it, with the command that you typed.")
    try:
        return StageFailed(Ended(**json.loads(left.read_text())))
    except (OSError, ValueError, TypeError):
        known = {each.exit_code: each.__name__ for each in PlumblineError.__subclasses__()}
        return StageFailed(Ended(code, known.get(code, "PlumblineError"), f"The stage `{what}` ended with exit code {code}.", ""))
