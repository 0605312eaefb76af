"""The process of the emulated Pico: it serves one connection of a listening socket that it inherits, and ends with it."""

from __future__ import annotations

import argparse
import select
import socket
import sys
import time
from pathlib import Path

from plumbline.host.rp2040.pico import Fault, Pico

NAP_S = 0.05
"""An idle chip's clock is set by the computer's so often."""


def serve(pico: Pico, line: socket.socket) -> None:
    """Run until the other side closes the line.

    Raises:
        Fault: see `Pico.run`.
    """
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        idle, before = pico.idle, time.monotonic()
        readable = select.select([line], [], [], NAP_S if idle else 0)[0]
        if idle:
            pico.sleep(time.monotonic() - before)
        if readable:
            data = line.recv(4096)
            if not data:
                return
            pico.receive(data)
        pico.run()
        if pico.sent:
            line.sendall(pico.sent)
            pico.sent.clear()


def main() -> int:
    parser = argparse.ArgumentParser(prog="plumbline.host.rp2040", description="A Raspberry Pi Pico, its UART0 on a socket.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--listener", type=int, required=True, help="file descriptor of a listening socket")
    given = parser.parse_args()
    pico = Pico(given.image)
    with socket.socket(fileno=given.listener) as listener:
        line = listener.accept()[0]
    with line:
        try:
            serve(pico, line)
        except ConnectionError:
            return 0
        except Fault as fault:
            print(fault, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
