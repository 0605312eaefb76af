"""A socket between a host and a board whose line does what `tests.faults.lines` describes, in each direction by itself."""

from __future__ import annotations

import random
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.faults.lines import Channel, Line, clean

_LOOK_S = 0.05  # how often a waiting direction looks whether the other has ended
_PIECE = 4096


class _Connection:
    """One host's connection through the proxy, until either end closes or the line cuts it."""

    def __init__(self, host: socket.socket, board: socket.socket) -> None:
        self._host, self._board = host, board
        self._over = threading.Event()

    def carry(self, up: Channel, down: Channel, stop: threading.Event) -> bool:
        """Pass bytes on until the end; whether the board is still there."""
        back = threading.Thread(target=self._pump, args=(self._board, self._host, down, stop), daemon=True)
        back.start()
        self._pump(self._host, self._board, up, stop)
        back.join()
        return not stop.is_set()

    def _pump(self, source: socket.socket, sink: socket.socket, channel: Channel, stop: threading.Event) -> None:
        try:
            while not self._ended(stop):
                if not select.select([source], [], [], _LOOK_S)[0]:
                    continue
                data = source.recv(_PIECE)
                if not data:
                    if source is self._board:
                        stop.set()
                    return
                if not self._pass_on(data, sink, channel, stop):
                    return
        except OSError:
            return
        finally:
            self._over.set()

    def _pass_on(self, data: bytes, sink: socket.socket, channel: Channel, stop: threading.Event) -> bool:
        """False when the connection is cut."""
        for step in channel(data):
            if step is None:
                return False
            if isinstance(step, bytes):
                sink.sendall(step)
            elif self._over.wait(step) or stop.is_set():
                return False
        return True

    def _ended(self, stop: threading.Event) -> bool:
        return self._over.is_set() or stop.is_set()


@contextmanager
def proxied(url: str, up: Line = clean, down: Line = clean, seed: int = 1, back_after: float = 0.0) -> Iterator[str]:
    """A line to the board at `url`; yields the URL a host connects to, as often as it likes: the board stays connected.

    Args:
        url: socket://HOST:PORT of the board.
        up: what happens to the bytes from host to board.
        down: what happens to the bytes from board to host.
        seed: of both directions; the first connection alone is damaged, the ones after it are clean.
        back_after: seconds after the end of a connection until the next one is taken.
    """
    target = urlsplit(url)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection((target.hostname or "", target.port or 0)) as board:
        board.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.settimeout(_LOOK_S)

        def serve() -> None:
            channels = [line(random.Random(f"{seed} {way}")) for way, line in (("up", up), ("down", down))]
            while not stop.is_set():
                with suppress(TimeoutError):
                    host, _ = server.accept()
                    with host:
                        host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        _Connection(host, board).carry(channels[0], channels[1], stop)
                    channels = [clean(random.Random()), clean(random.Random())]
                    time.sleep(back_after)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        finally:
            stop.set()
            thread.join(10)
