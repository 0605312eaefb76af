"""A laboratory on this computer: labgrid's coordinator, exporters, and virtual boards behind them. All of it ends with its `with` block."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from plumbline.common.child import dies_with_parent
from plumbline.host.bench import program
from plumbline.host.devices.deadline import Deadline
from plumbline.host.devices.virtual_board import VirtualBoard

PATIENCE_S = 90.0
"""For a program of labgrid's to start on a busy machine."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Lab:
    """See the module.

    Args:
        folder: for configuration and logs.
        image: what the virtual boards run.
    """

    def __init__(self, folder: Path, image: Path) -> None:
        self.folder, self._image = folder, image
        self._programs = Path(program.python()).parent
        self._ends = contextlib.ExitStack()
        self.boards: dict[str, VirtualBoard] = {}
        self.exporters: dict[str, subprocess.Popen[bytes]] = {}
        self.address = ""
        self.upload_port = free_port()
        """Where a board listens that is not there before an upload."""

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def board(self, name: str) -> int:
        """Start a virtual board; the port that its UART listens on."""
        self.boards[name] = board = VirtualBoard(self._image)
        self._ends.callback(self._end_board, board)
        return int(board.url.rpartition(":")[2])

    def coordinate(self, places: Mapping[str, Sequence[str]], tags: Mapping[str, str]) -> None:
        """Start the coordinator with these places: what each matches, as EXPORTER/GROUP, and the tags of all.

        They are read from its file, which is what `labgrid-client create`, `add-match` and `set-tags` change.
        """
        matches = {
            name: [{"exporter": each.partition("/")[0], "group": each.partition("/")[2], "cls": "*", "name": None, "rename": None} for each in groups]
            for name, groups in places.items()
        }
        told = {name: {"aliases": [f"alias-of-{name}"], "comment": "", "matches": matches[name], "tags": dict(tags)} for name in places}
        (self.folder / "places.yaml").write_text(json.dumps(told))  # JSON is YAML
        for _ in range(3):  # somebody may take the port between its choice and the start
            self.address = f"127.0.0.1:{free_port()}"
            if self._started("coordinator", "Coordinator ready", "-l", self.address) is not None:
                return
        raise AssertionError((self.folder / "coordinator.log").read_text())

    def export(self, name: str, groups: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
        """Start an exporter with groups of resources, by their classes and parameters."""
        (self.folder / f"{name}.yaml").write_text(json.dumps(groups))
        started = self._started("exporter", "Exporter ready", "-c", self.address, "-n", name, "--hostname", "127.0.0.1", f"{name}.yaml", log=name)
        assert started is not None, (self.folder / f"{name}.log").read_text()
        self.exporters[name] = started

    def stalling(self, name: str) -> int:
        """Start a virtual board behind a relay that can be told to stall; the port that it listens on."""
        self.relay = Relay(self.board(name))
        self._ends.callback(self.relay.close)
        return self.relay.port

    def client(self, *words: str, user: str = "") -> str:
        """What `labgrid-client` answers, for whoever runs the tests or somebody else."""
        own = {**os.environ, "LG_COORDINATOR": self.address, **({"LG_USERNAME": user} if user else {})}
        return subprocess.run(
            [self._programs / "labgrid-client", *words], env=own, capture_output=True, text=True, timeout=PATIENCE_S, check=True
        ).stdout

    def _started(self, what: str, ready: str, *words: str, log: str = "") -> subprocess.Popen[bytes] | None:
        file = self.folder / f"{log or what}.log"
        with file.open("wb") as out:
            process = subprocess.Popen(
                [self._programs / f"labgrid-{what}", *words], cwd=self.folder, stdout=out, stderr=out, preexec_fn=dies_with_parent()
            )
        self._ends.callback(_end, process)
        deadline = Deadline(PATIENCE_S)
        while not deadline.expired and process.poll() is None:
            if ready in file.read_text(errors="replace"):
                return process
            time.sleep(0.05)
        return None

    def _end_board(self, board: VirtualBoard) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(board.pid, signal.SIGCONT)
        board.close()


class Relay:
    """Carries bytes between a port of its own and a board's, one connection after the other."""

    def __init__(self, port: int) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._board = port
        self._left: int | None = None
        self.stalled = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    @contextlib.contextmanager
    def stalling(self, after: int) -> Iterator[None]:
        """While the block runs nothing is carried once a board has said so many bytes; `stalled` is set then."""
        self.stalled.clear()
        self._left = after
        try:
            yield
        finally:
            self._left = None

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._server.accept()
                with caller, socket.create_connection(("127.0.0.1", self._board)) as board, contextlib.suppress(OSError):
                    self._carry(caller, board)

    def _carry(self, caller: socket.socket, board: socket.socket) -> None:
        while True:
            for one in select.select([caller, board], [], [])[0]:
                data = one.recv(4096)
                if not data:
                    return
                if self._left is not None and one is board:
                    self._left -= len(data)
                if self._left is not None and self._left < 0:
                    self.stalled.set()
                else:
                    (board if one is caller else caller).sendall(data)


def raw(port: int) -> dict[str, Any]:
    """A serial port on a socket of this computer, as an exporter's file tells it."""
    return {"NetworkSerialPort": {"host": "127.0.0.1", "port": port, "protocol": "raw"}}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def frozen(board: VirtualBoard) -> Iterator[None]:
    """While the block runs the board does nothing, as one that hangs."""
    os.kill(board.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(board.pid, signal.SIGCONT)
