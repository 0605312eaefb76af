"""Processes that do not outlive those who started them: our children us, and we the make that runs us."""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from plumbline.common.paths import ROOT

POLL_S = 0.2
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def dies_with_parent() -> Callable[[], None] | None:
    """A hook for `subprocess.Popen(preexec_fn=...)`: Linux kills the child when we die, even by SIGKILL; elsewhere orderly ends are covered."""
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork, where it is safe

    def hook() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # we died before the call
            os._exit(1)

    return hook


def environment() -> dict[str, str]:
    """The variables with which a child that is Python finds this Plumbline, and no file in the user's folder passes for a module of it."""
    return {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}


class Make:
    """The make that runs us, if one does and this is Linux.

    It passes SIGTERM on, but on SIGINT and SIGHUP that only it has got it waits for us to finish: that it has stopped to catch them tells.
    """

    def __init__(self) -> None:
        self.pid = os.getppid()
        self._caught = self._mask("SigCgt") if self._is_make() else 0
        if self._caught:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if self._caught & _bit(signal.SIGTERM):  # what catches SIGTERM catches the other two as well, until one came: before us, then
            self._caught |= (_bit(signal.SIGINT) | _bit(signal.SIGHUP)) & ~self._mask("SigIgn")

    def watch(self) -> None:
        """From now on, as long as this process lives, what ends make ends us: we get the signal that it got."""
        if self._caught:
            threading.Thread(target=self._pass_on, daemon=True).start()

    def _pass_on(self) -> None:
        while not (name := self.signal()):
            time.sleep(POLL_S)
        os.kill(os.getpid(), signal.Signals[name])

    @property
    def gone(self) -> bool:
        """It was killed: nobody waits for us."""
        return bool(self._caught) and os.getppid() != self.pid

    def signal(self) -> str:
        """The name of the signal that ends it; empty while none does."""
        lost = self._caught & ~self._mask("SigCgt") if self._caught and not self.gone else 0
        return next((each.name for each in (signal.SIGHUP, signal.SIGINT) if lost & _bit(each)), "")

    def _is_make(self) -> bool:
        try:
            return sys.platform == "linux" and "make" in Path(f"/proc/{self.pid}/comm").read_text()
        except OSError:
            return False

    def _mask(self, field: str) -> int:
        """A set of signals in its status, a bit each: "SigCgt" has handlers, "SigIgn" is ignored; all where that cannot be read."""
        try:
            (mask,) = [line.split()[1] for line in Path(f"/proc/{self.pid}/status").read_text().splitlines() if line.startswith(f"{field}:")]
        except (OSError, ValueError):
            return -1
        return int(mask, 16)


@functools.cache
def make() -> Make:
    """The one of this process."""
    return Make()


def _bit(number: signal.Signals) -> int:
    return 1 << (number - 1)
