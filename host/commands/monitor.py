"""`python -m plumbline.host monitor`: a line console to a board, real or virtual, until Ctrl-C, Ctrl-D or the end of the input."""

from __future__ import annotations

import argparse
import queue
import sys
import threading
import time
from typing import Any

from plumbline.common import boards
from plumbline.common.text import printable
from plumbline.host.commands import arguments
from plumbline.host.devices.connect import connect
from plumbline.host.devices.link import Link

QUIET_S = 0.5
"""How long the board may be silent after a line until the next is sent, or after the last until we leave: piped lines get their answers."""
FAREWELL_S = 5.0
"""How long after the end of the input we leave even a board that never stops talking."""


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("monitor", help="type to a board and read what it says")
    arguments.add_board(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Carry lines to the board and its text to standard output; Ctrl-C is a way to leave, not an error."""
    console = _Console()
    try:
        with connect(given.port, boards.environment(given.env), given.build / given.name, console.show) as board:
            if sys.stdin.isatty():
                print(f"Connected to {board.link.url}. Type a number, or `help`; Ctrl-D ends.", file=sys.stderr)
            console.talk(board.link)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 0


class _Console:
    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._heard = time.monotonic()

    def show(self, text: bytes) -> None:
        """Print what the board says."""
        self._heard = time.monotonic()
        sys.stdout.write(printable(text.decode("utf-8", "backslashreplace").replace("\r", ""), keep="\n\t"))
        sys.stdout.flush()

    def talk(self, link: Link) -> None:
        """Until the input ends and the board has been quiet for a while."""
        # a daemon: it may be stuck in a read of the terminal when we leave
        threading.Thread(target=self._read, daemon=True).start()
        said = 0.0
        while True:
            link.listen()
            now = time.monotonic()
            if self._heard <= said and now - said < QUIET_S:  # the board's buffer is small: a line at a time
                continue
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                continue
            if line is None:
                break
            said = now
            link.say(line)
        ended = time.monotonic()
        while time.monotonic() - max(self._heard, ended) < QUIET_S and time.monotonic() - ended < FAREWELL_S:
            link.listen()

    def _read(self) -> None:
        for line in sys.stdin:
            self._lines.put(line)
        self._lines.put(None)
