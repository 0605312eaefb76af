"""`plumbline serve`: a board that runs on this computer, on a pseudo-terminal, for programs of others that open a serial port, until Ctrl-C."""

from __future__ import annotations

import os
import pty
import selectors
import socket
import sys
import tty
from urllib.parse import urlsplit

from plumbline.commands.options import BUILD, FIRMWARE, MODEL, STAGES, Given, define, say_passed_over
from plumbline.common import usage
from plumbline.common.errors import BoardLost, UsageError
from plumbline.common.paths import image_of
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware

CHUNK = 4096


@define(
    "plumbline serve model.tflite --env virtual_mlperf",
    takes=(MODEL, FIRMWARE, STAGES, BUILD),
)
def command(given: Given) -> int:
    """Keep a virtual or emulated board on a pseudo-terminal, for other programs that open a serial port.

    It prints the terminal's path, then carries bytes both ways until Ctrl-C.
    """
    work, env = given.work(), given.environment().env
    if not env.emulated:
        raise UsageError(f"Nothing emulates the board of {env.name}.", "A real board has a serial port of its own: `plumbline ports` lists it.")
    say_passed_over(given, env)
    if not given.only:
        work.check()
        work.convert()
        firmware.build(work.folder, env.name)
    with VirtualBoard(image_of(work.folder, env.name), on=env.board) as board:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)  # bytes as they are; that this end stays open keeps the terminal alive between two programs
        try:
            print(os.ttyname(theirs), flush=True)
            print("The board listens there; Ctrl-C ends it.", file=sys.stderr)
            where = urlsplit(board.url)
            with socket.create_connection((where.hostname or "", where.port or 0)) as uart:
                carry(ours, uart, work.name)
        except KeyboardInterrupt:  # a way to leave, not an error
            print(file=sys.stderr)
        finally:
            os.close(ours)
            os.close(theirs)
    return 0


def carry(terminal: int, uart: socket.socket, name: str) -> None:
    """Bytes from each side to the other, for ever; `name` is that of the model's folder, for the hint.

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
                        raise BoardLost("The board ended by itself.", f"Build its firmware anew: {usage.command('serve', name, anew=True)}.")
                    os.write(terminal, heard)
                else:
                    uart.sendall(os.read(terminal, CHUNK))
