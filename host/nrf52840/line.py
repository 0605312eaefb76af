"""A program's end of the serial port: whoever connects to the socket has opened the port, and has closed it when the connection ends."""

from __future__ import annotations

import contextlib
import select
import socket
import time

_PENDING = 4096
"""Bytes from the program that wait for the board at most; the socket keeps the rest."""
_UNREAD = 65_536
"""Bytes from the board that wait for the program at most; the board is told to wait then."""
_FAREWELL_S = 1.0
"""How long a program may take to close its end."""


class Line:
    """One program at a time; bytes both ways.

    Args:
        listener: a listening socket.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._program: socket.socket | None = None
        self.down = bytearray()
        """From the program, for the board."""
        self._up = bytearray()

    @property
    def open(self) -> bool:
        """Whether a program has the port open."""
        return self._program is not None

    @property
    def full(self) -> bool:
        """Whether the program does not read what the board says."""
        return len(self._up) > _UNREAD

    def say(self, data: bytes) -> None:
        """Bytes from the board."""
        self._up += data

    def accept(self) -> None:
        """Wait until a program opens the port."""
        if self._program is None:
            self._program, _ = self._listener.accept()
            self._program.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._program.setblocking(False)

    def rest(self, seconds: float) -> None:
        """Give the processor away until the program says something, at most so long."""
        if self._program is not None and len(self.down) < _PENDING:
            select.select([self._program], [self._program] if self._up else [], [], seconds)

    def exchange(self) -> bool:
        """What is there, both ways, without waiting; whether anything was. A program that is gone has closed the port."""
        if self._program is None:
            return False
        before = len(self.down), len(self._up)
        try:
            if self._up:
                del self._up[: self._send(self._program)]
            if len(self.down) < _PENDING:
                self._receive(self._program)
        except OSError:
            self.hang_up()
        return (len(self.down), len(self._up)) != before

    def _send(self, program: socket.socket) -> int:
        try:
            return program.send(self._up)
        except BlockingIOError:
            return 0

    def _receive(self, program: socket.socket) -> None:
        try:
            data = program.recv(_PENDING)
        except BlockingIOError:
            return
        if data:
            self.down += data
        else:
            self.hang_up()

    def hang_up(self) -> None:
        """The port is gone, or the program is: what the board has said reaches a program that still reads, nothing else remains.

        A socket that is closed with unread bytes takes back what it has sent. So the program's are read until it has closed its end.
        """
        if self._program is None:
            return
        program, self._program = self._program, None
        program.settimeout(_FAREWELL_S)
        with contextlib.suppress(OSError):  # nobody reads any more
            program.sendall(self._up)
            program.shutdown(socket.SHUT_WR)
            end = time.monotonic() + _FAREWELL_S
            while program.recv(_PENDING) and time.monotonic() < end:
                pass
        program.close()
        self.down.clear()
        self._up.clear()
