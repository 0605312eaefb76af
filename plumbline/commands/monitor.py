"""`plumbline monitor`: a line console to a board, real or virtual, until Ctrl-C, Ctrl-D or the end of the input."""

from __future__ import annotations

import queue
import sys
import threading
import time
from pathlib import Path

from plumbline.commands.options import BUILD, FIRMWARE, MODEL, PORT, STAGES, Given, define, say_passed_over
from plumbline.common.board_description import Environment
from plumbline.common.text import printable
from plumbline.host.devices.connect import connect
from plumbline.host.devices.link import Link
from plumbline.host.firmware import firmware

QUIET_S = 0.5
"""How long a board that has answered is silent before it counts as done."""
PATIENCE_S = 5.0
"""How long the answer to a line may take until the next is sent, and how long after the end of the input we leave even a board that never stops
talking: piped lines get their answers.
"""


@define(
    "plumbline monitor linear",
    "plumbline monitor --port /dev/ttyACM0",
    takes=(MODEL, FIRMWARE, PORT, STAGES, BUILD),
)
def command(given: Given) -> int:
    """Type to a board and read what it says: 10, and linear answers 19.0. Ctrl-D or Ctrl-C ends it.

    Without a port it is a board that runs on this computer, built first where something has changed.
    """
    env, port = given.environment().env, given.line
    say_passed_over(given, env)
    folder = Path() if port else _built(given, env)
    console = _Console()
    try:
        with connect(port, env, folder, console.show) as board:
            if sys.stdin.isatty():
                print(f"Connected to {board.link.url}. Type a number, or `help`; Ctrl-D ends.", file=sys.stderr)
            console.talk(board.link)
    except KeyboardInterrupt:  # a way to leave, not an error
        print(file=sys.stderr)
    return 0


def _built(given: Given, env: Environment) -> Path:
    """The folder of the model, with the firmware in it."""
    work = given.work()
    if not given.only:
        work.check()
        work.convert()
        firmware.build(work.folder, env.name)
    return work.folder


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
            if self._heard <= said and now - said < PATIENCE_S:  # the board's buffer is small: a line at a time
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
        while (now := time.monotonic()) - ended < PATIENCE_S and (self._heard <= said or now - max(self._heard, ended) < QUIET_S):
            link.listen()

    def _read(self) -> None:
        for line in sys.stdin:
            self._lines.put(line)
        self._lines.put(None)
