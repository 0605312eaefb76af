"""`python -m plumbline.host serve`: a virtual board on a pseudo-terminal, for programs of others that open a serial port, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import pty
import selectors
import socket
import sys
import tty
from typing import Any
from urllib.parse import urlsplit

from plumbline.common import boards
from plumbline.common.errors import BoardLost
from plumbline.common.paths import image_of
from plumbline.host.commands import arguments
from plumbline.host.devices.qemu import VirtualBoard

CHUNK = 4096


def add_parser(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("serve", help="keep the virtual board on a pseudo-terminal for other programs")
    arguments.add_firmware(parser, [name for name, env in boards.environments().items() if env.virtual])
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the pseudo-terminal's path, then carry bytes both ways; Ctrl-C is a way to leave, not an error.

    Raises:
        QemuMissing, BoardUnready: see `VirtualBoard`.
        BoardLost: the board ended by itself.
    """
    with VirtualBoard(image_of(given.build / given.name, given.env), machine=boards.environment(given.env).board.emulator) as board:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)  # bytes as they are; that this end stays open keeps the terminal alive between two programs
        try:
            print(os.ttyname(theirs), flush=True)
            print("The board listens there; Ctrl-C ends it.", file=sys.stderr)
            where = urlsplit(board.url)
            with socket.create_connection((where.hostname or "", where.port or 0)) as uart:
                carry(ours, uart)
        except KeyboardInterrupt:
            print(file=sys.stderr)
        finally:
            os.close(ours)
            os.close(theirs)
    return 0


def carry(terminal: int, uart: socket.socket) -> None:
    """Bytes from each side to the other, for ever.

    Raises:
        BoardLost: the board closed its side.
    """
    with selectors.DefaultSelector() as ready:
        ready.register(terminal, selectors.EVENT_READ)
        ready.register(uart, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is uart:
                    heard = uart.recv(CHUNK)
                    if not heard:
                        raise BoardLost(
                            "The virtual board ended by itself.", "Build its firmware anew: `make clean`, then the same `make serve` again."
                        )
                    os.write(terminal, heard)
                else:
                    uart.sendall(os.read(terminal, CHUNK))
