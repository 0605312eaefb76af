"""How far PlatformIO is: it runs with its output in a log, and what passes by moves the bar."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from plumbline.common.child import dies_with_parent
from plumbline.common.paths import ROOT
from plumbline.common.progress import Advance, chosen

_FILE = re.compile(rb"(?:Compiling|Archiving|Indexing|Linking|Building|Retrieved) ")
_UPLOADED = re.compile(rb"\] (\d+)% \(")
"""bossac's bar: `[=====     ] 17% (4/23 pages)`, rewritten in place, once for writing and once more for verifying."""
_CHUNK = 4096


class Watch:
    """Counts steps in output as it comes.

    Args:
        advance: is told of each step.
        upload: count percents of an upload instead of files that are compiled.
    """

    def __init__(self, advance: Advance, upload: bool) -> None:
        self._advance, self._upload = advance, upload
        self._line = b""
        self._percent = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes; a line ends with a line feed, or a carriage return where a bar is rewritten."""
        *lines, self._line = re.split(rb"[\r\n]", self._line + data)
        for line in lines:
            self._count(line)

    def _count(self, line: bytes) -> None:
        if not self._upload:
            self._advance(bool(_FILE.match(line)))
        elif found := _UPLOADED.search(line):
            percent = int(found[1])
            self._advance(max(0, percent - self._percent))
            self._percent = max(self._percent, percent)


def run(command: list[str], variables: Mapping[str, str], log: Path, watch: Watch) -> str | None:
    """Run PlatformIO; the user who asked for it sees what it says.

    Returns:
        Its output when it failed, None when it did not.
    """
    with (
        log.open("wb") as file,
        subprocess.Popen(
            command,
            cwd=ROOT,  # Python would take modules from the user's folder, by whatever name one lies there
            env=dict(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # so that the compilers that it starts can be ended with it
            preexec_fn=dies_with_parent(),
        ) as child,
    ):
        assert child.stdout is not None
        try:
            while data := child.stdout.read(_CHUNK):
                file.write(data)
                watch.feed(data)
                if chosen().verbose:
                    sys.stderr.write(data.decode(errors="replace"))
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # Ctrl-C must not wait for a build to end
            raise
    return log.read_text(errors="replace") if child.returncode else None
