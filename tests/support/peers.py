"""The other end of a line for tests: real sockets and pseudo-terminals with scripted peers, for what no real board does on command."""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from plumbline.common.wire import REPLIES, REPLY, Request
from plumbline.host.devices.frame import Decoder, Frame, encode

Script = Callable[["Peer"], None]


class Peer:
    """One end of a line; `read` returns b"" at its end."""

    def __init__(self, read: Callable[[], bytes], write: Callable[[bytes], None]) -> None:
        self.read = read
        self.write = write
        self.decoder = Decoder()

    def requests(self) -> Iterator[Frame]:
        """Every good frame that comes, until the line ends."""
        while data := self.read():
            yield from self.decoder.feed(data)[0]


def reply_to(request: Frame, payload: bytes | None = None) -> Frame:
    """A good reply; without a payload, zeros of the right length."""
    size = REPLIES[Request(request.type)].packed.size
    return Frame(request.sequence, request.type | REPLY, bytes(size) if payload is None else payload)


def well_behaved(peer: Peer) -> None:
    """Answers everything."""
    for request in peer.requests():
        peer.write(encode(reply_to(request)))


def silent(peer: Peer) -> None:
    """Reads and never answers."""
    for _ in peer.requests():
        pass


@contextmanager
def on_socket(script: Script) -> Iterator[str]:
    """A peer on a TCP port, as QEMU's UART is; yields its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    script(Peer(lambda: connection.recv(4096), connection.sendall))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)  # wakes the thread where nobody has called
    thread.join(5)


@contextmanager
def on_terminal(script: Script) -> Iterator[str]:
    """A peer on a pseudo-terminal, as a USB board's port is; yields its device."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    device = os.ttyname(slave)

    def write(data: bytes) -> None:
        os.write(master, data)

    def read() -> bytes:
        try:
            return os.read(master, 4096)
        except OSError:  # the other end was closed
            return b""

    def serve() -> None:
        script(Peer(read, write))
        with contextlib.suppress(OSError):
            os.close(master)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield device
    finally:
        os.close(slave)
        thread.join(5)


def children(pid: int) -> list[int]:
    """Processes whose parent this is (Linux)."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in listed.read_text().split()] if listed.exists() else []
