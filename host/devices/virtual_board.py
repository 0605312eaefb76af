"""A board without hardware: an emulator with our firmware on it, its serial line on a socket of this machine, ended whatever happens to us."""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from plumbline.common import boards, usage
from plumbline.common.board_description import Board
from plumbline.common.child import dies_with_parent, environment
from plumbline.common.errors import BoardLost, BoardNotFound, BoardUnready, PlumblineError
from plumbline.host.devices import emulators

_END_S = 2.0
_START_S = 60.0
"""At most, on a busy computer, until a board with USB has been enumerated."""


class VirtualBoard:
    """A running emulator, to be used in a `with` block.

    Args:
        image: the firmware's ELF file.
        reboots: start the firmware again when it resets itself, as a chip does; else the emulator ends there, and the connection with it.
        on: the board; None takes that of the default environment.

    Raises:
        QemuMissing, SetupFailed: its emulator is not installed.
        BoardUnready: there is no image.
    """

    def __init__(self, image: Path, reboots: bool = False, on: Board | None = None) -> None:
        board = on or boards.default().board
        self._emulator = emulators.of(board)
        self._emulator.check(board)
        if not image.is_file():
            raise BoardUnready(f"The firmware {image} does not exist.", f"Build it: {usage.command('build')}.")
        self._image = image
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # closed in close()
        # the emulator gets the listening socket itself: no other program can take the port in between, and we can connect at once
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._url = f"socket://127.0.0.1:{listener.getsockname()[1]}"
            self._process = subprocess.Popen(
                self._emulator.command(board, image, listener.fileno(), reboots),
                env=environment(),
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if self._emulator.announces else subprocess.DEVNULL,
                stderr=self._stderr,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end the emulator in order
                preexec_fn=dies_with_parent(),
            )

    def __enter__(self) -> VirtualBoard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        status = self._status(_END_S if isinstance(error, (BoardLost, BoardNotFound)) else 0)  # its socket closes a moment before the process ends
        self.close()
        if status and isinstance(error, PlumblineError):  # 0: the firmware reset itself, and the error tells the rest
            raise self._unready(status) from error
        self._stderr.close()

    @property
    def url(self) -> str:
        """Where the board's line listens; a board with USB is waited for until it is there, or has ended."""
        stdout, self._process.stdout = self._process.stdout, None
        if stdout is not None:
            with stdout:
                select.select([stdout], [], [], _START_S)
        return self._url

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        """End the emulator: gently, then for certain."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _status(self, wait: float) -> int | None:
        """The emulator's exit status, or None when it still runs."""
        try:
            return self._process.wait(wait)
        except subprocess.TimeoutExpired:
            return None

    def _unready(self, status: int) -> BoardUnready:
        self._stderr.seek(0)
        said = self._stderr.read().decode(errors="replace").strip()
        self._stderr.close()
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        shown = "\n".join(f"  {line}" for line in said.splitlines()[:12]) or "  (it said nothing)"
        return BoardUnready(
            f"{self._emulator.name} ended by itself ({how}) while running {self._image}:\n{shown}",
            f"Build the firmware anew: {usage.command('verify', anew=True)}.",
        )
