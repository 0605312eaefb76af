"""How much of a serial line the verification uses: all 256 codes over a line as fast as it goes, and over one held to 115200 baud."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import numpy as np
from rich.console import Console
from rich.table import Table

from plumbline.common.ending import run
from plumbline.common.paths import ROOT
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware

BYTES_PER_SECOND = 115_200 / 10
"""115200 baud with one start and one stop bit around eight."""
ROUNDS = 40


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on no faster than the line would: each chunk leaves when its last bit would have arrived."""
    free_at = time.monotonic()
    while True:
        waiting, _, _ = select.select([source], [], [], 0)
        data = source.recv(64)
        if not data:
            return
        if not waiting:  # the line was idle until now; bytes that came during a sleep follow the chunk before without a gap
            free_at = time.monotonic()
        free_at += len(data) / BYTES_PER_SECOND
        time.sleep(max(0.0, free_at - time.monotonic()))
        sink.sendall(data)


@contextmanager
def slowed(url: str) -> Iterator[str]:
    """A socket that leads to `url` at 115200 baud in each direction."""
    target = urlsplit(url)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection((target.hostname or "", target.port or 0)) as board:

        def serve() -> None:
            near, _ = server.accept()
            board.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for ends in ((near, board), (board, near)):
                threading.Thread(target=pump, args=ends, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        board.shutdown(socket.SHUT_RDWR)


def measure(url: str) -> tuple[float, float, float]:
    """Answers per second; bytes on the line per answer, both directions; and these bytes as a share of what one direction carries at 115200 baud.

    Request and reply take turns, so a line of that speed allows 100 %.
    """
    codes = np.tile(np.arange(-128, 128, dtype=np.int8), ROUNDS).reshape(-1, 1)
    with Link(url) as link:
        board = Board(link)
        identity = board.hello()
        before = link.counters.bytes_sent + link.counters.bytes_received
        start = time.monotonic()
        board.infer(codes, identity)
        seconds = time.monotonic() - start
        moved = link.counters.bytes_sent + link.counters.bytes_received - before
    return len(codes) / seconds, moved / len(codes), moved / seconds / BYTES_PER_SECOND


def main() -> int:
    image = firmware.build(ROOT / "build" / "linear", "virtual")
    table = Table(title="All 256 codes, verified again and again over the virtual board's line")
    for column in ("line", "answers/s", "bytes per answer", "share of 115200 baud"):
        table.add_column(column, justify="left" if column == "line" else "right")
    for name in ("as fast as it goes", "held to 115200 baud"):
        with VirtualBoard(image) as virtual:
            if name == "held to 115200 baud":
                with slowed(virtual.url) as url:
                    rate, size, share = measure(url)
            else:
                rate, size, share = measure(virtual.url)
        table.add_row(name, f"{rate:,.0f}", f"{size:.2f}", f"{share:.0%}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    run(main)
