"""Stop-and-wait over a serial port: one request, one reply, resent with the same sequence number until it comes or the deadline passes."""

from __future__ import annotations

import random
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import serial

from plumbline.common import usage
from plumbline.common.errors import BoardLost, BoardSilent, NotPlumbline, PlumblineError, WrongProtocol
from plumbline.common.wire import ERROR_REPLY, PROTOCOL_VERSION, REPLY, Request
from plumbline.host.devices.crash_report import ending
from plumbline.host.devices.deadline import Deadline
from plumbline.host.devices.frame import Decoder, Frame, encode
from plumbline.host.devices.serial_open import open_port

FIRST_WAIT_S = 0.25
"""Time for a reply before the request is sent again; longer for kinds of request that have proven slow, and doubled
with further tries, up to an eighth of the patience, or twice for a kind that has been answered at once before."""
PATIENCE_S = 5.0
"""Time for a request with all its tries: a board that is just starting answers well within it."""
_SLACK = 4  # times its last latency is what a kind of request is waited for
_TRIES = 8  # fit into the patience at least: a line that loses frames gets as many chances, however often the wait was doubled
_LAST_WORDS = 256  # bytes kept of the latest text: a crash says why before the connection ends
_SHOWN = 64  # bytes kept of what a stranger says, to show them
_GREETING = b"Plumbline: "  # what the firmware says once after each start
_CHUNK = 1024  # bytes taken at once: a flood must not keep us from looking at the clock


@dataclass
class Counters:
    """What went over a link so far."""

    frames_sent: int = 0
    frames_received: int = 0
    resends: int = 0
    discarded: int = 0
    """Good frames that answered no open request: late doubles, or an echo."""
    bytes_sent: int = 0
    bytes_received: int = 0
    latencies: list[float] = field(default_factory=list)
    """Seconds from a request to its reply. Only of requests that were sent once: which try a reply belongs to is not known otherwise."""


class Link:
    """A line to a board, to be used in a `with` block.

    Args:
        url: a device or any URL that pyserial knows.
        on_text: gets the bytes between frames, as they come.
        first_wait: seconds before the first resend, at least.

    Raises:
        BoardNotFound, PortBusy, PortDenied, UsageError: see `open_port`.
    """

    def __init__(self, url: str, on_text: Callable[[bytes], None] | None = None, first_wait: float = FIRST_WAIT_S) -> None:
        self.url = url
        self.counters = Counters()
        self._on_text = on_text
        self._decoder = Decoder()
        self._inbox: deque[Frame] = deque()
        self._first_bytes = b""
        self._last_words = b""
        self._echoes = 0
        self._greetings = 0
        self._asked = ""
        self._first_wait = first_wait
        self._waits: dict[Request, float] = {}
        self._longest: dict[Request, float] = {}
        # a random start keeps replies to an earlier session apart from ours
        self._sequence = random.SystemRandom().randrange(1 << 16)
        self._port = open_port(url)

    def __enter__(self) -> Link:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the port back; nothing is waited for."""
        self._port.close()

    def abort(self) -> None:
        """End the connection from another thread: whoever waits for a reply gets BoardLost. A device has no connection; its deadlines end it."""
        connection = getattr(self._port, "_socket", None)
        with suppress(OSError):
            if connection is not None:
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def bad_frames(self) -> int:
        """Damaged frames received so far."""
        return self._decoder.bad_frames

    def exchange(self, kind: Request, payload: bytes = b"", patience: float = PATIENCE_S) -> Frame:
        """Send a request and return its reply, which may be an error reply.

        Args:
            kind: type of the request.
            payload: its packed payload.
            patience: seconds for everything.

        Raises:
            BoardSilent: nothing came, or nothing more.
            NotPlumbline: bytes came, but no valid frame.
            WrongProtocol: the frames are of another version.
            BoardLost: the connection ended, or the firmware says that it crashed or that its watchdog has bitten.
        """
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._asked = kind.name
        line = encode(Frame(self._sequence, kind, payload))
        deadline = Deadline(patience)
        wait = self._waits.get(kind, self._first_wait)
        tries = 0
        while not deadline.expired:
            start = time.monotonic()
            self._send(line)
            tries += 1
            self.counters.resends += tries > 1
            reply = self._await_reply(kind, deadline.within(wait))
            if reply is not None:
                self._learn(kind, wait, time.monotonic() - start if tries == 1 else None)
                return reply
            wait = min(2 * wait, max(wait, patience / _TRIES), self._longest.get(kind, patience))
        raise self._silence(kind, tries, patience)

    def _learn(self, kind: Request, wait: float, latency: float | None) -> None:
        """Choose the next wait as Karn and Partridge (SIGCOMM 1987) do: from the latency where it is known, else keep the wait that sufficed."""
        if latency is None:
            self._waits[kind] = wait
        else:
            self.counters.latencies.append(latency)
            self._waits[kind] = max(self._first_wait, _SLACK * latency)
            self._longest[kind] = 2 * self._waits[kind]  # a kind that is answered fast was lost when it stays away, and is not waited for long

    def say(self, text: str) -> None:
        """Send a line as a person would type it.

        Raises:
            BoardSilent, BoardLost: see `exchange`.
        """
        self._write(text.encode())

    def listen(self) -> None:
        """Take what has come and hand its text to `on_text`; returns after some 20 ms when nothing does.

        Raises:
            BoardLost: the connection ended.
        """
        self._asked = ""
        self._receive()
        self.counters.discarded += len(self._inbox)
        self._inbox.clear()

    def _send(self, line: bytes) -> None:
        self._write(line)
        self.counters.frames_sent += 1

    def _write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise BoardSilent(f"{self.url} takes no more bytes.", "Press the board's reset button once and try again.") from error
        except (serial.SerialException, OSError) as error:
            with suppress(BoardLost):  # for its last words: they may have come before the end
                self._receive()
            raise self._lost(error) from error
        self.counters.bytes_sent += len(data)

    def _await_reply(self, kind: Request, deadline: Deadline) -> Frame | None:
        while True:
            while self._inbox:
                frame = self._inbox.popleft()
                if frame.version != PROTOCOL_VERSION:
                    raise WrongProtocol(
                        f"The board speaks version {frame.version} of the protocol, this program version {PROTOCOL_VERSION}.",
                        f"Build and flash the firmware of this version: {usage.command('flash')}.",
                    )
                if frame.sequence == self._sequence and frame.type in (kind | REPLY, ERROR_REPLY):
                    return frame
                self.counters.discarded += 1
                self._echoes += not frame.type & REPLY
            if said := self._ending(complete=True):
                self._last_words = b""  # the next request is another matter
                raise said
            if deadline.expired:
                return None
            self._receive()

    def _receive(self) -> None:
        """Take what has come, waiting for the first byte no longer than the port's short timeout.

        A connection that ends in the middle has still delivered what came before its end: a crash says its reason there.
        """
        data, lost = bytearray(), None
        try:
            data += self._port.read(1)
            while data and len(data) < _CHUNK and (waiting := self._port.in_waiting):
                data += self._port.read(min(waiting, _CHUNK))
        except (serial.SerialException, OSError) as error:
            lost = error
        self._absorb(bytes(data))
        if lost is not None:
            raise self._lost(lost) from lost

    def _absorb(self, data: bytes) -> None:
        """Sort received bytes into frames and text."""
        if len(self._first_bytes) < _SHOWN:
            self._first_bytes += data[:_SHOWN]
        self.counters.bytes_received += len(data)
        frames, text = self._decoder.feed(data)
        self.counters.frames_received += len(frames)
        self._inbox.extend(frames)
        self._greetings += (self._last_words[1 - len(_GREETING) :] + text).count(_GREETING)
        self._last_words = (self._last_words + text)[-_LAST_WORDS:]
        if text and self._on_text:
            self._on_text(text)

    def _lost(self, error: OSError) -> BoardLost:
        return self._ending() or BoardLost(
            f"The connection to {self.url} ended after {self.counters.frames_received} replies: {error}.",
            "Check the cable and the board's power, then run the same command again.",
        )

    def _ending(self, complete: bool = False) -> BoardLost | None:
        """What the firmware said of an end of its own."""
        return ending(self._last_words, self._asked, complete)

    def _silence(self, kind: Request, tries: int, patience: float) -> PlumblineError:
        counters = self.counters
        if said := self._ending():
            return said
        if counters.bytes_received == 0:
            return BoardSilent(
                f"Nothing came from {self.url} in {patience:g} s ({tries} tries).",
                f"Is Plumbline's firmware on it ({usage.command('flash')})? Press the reset button once; {usage.command('doctor')} checks the rest.",
            )
        if self._greetings > 1:
            return BoardLost(
                f"The board starts anew again and again ({self._greetings} times so far), last when asked for {kind.name}.",
                "Its power breaks down (another cable, another USB port), or this request crashes the firmware: flash it anew.",
            )
        nothing_else = self._last_words.endswith(b"\r\n") and not self.bad_frames
        if counters.frames_received == 0 and self._greetings and nothing_else:
            return BoardSilent(
                f"{self.url} greets as Plumbline's firmware but answers no request ({tries} tries in {patience:g} s).",
                "What it sends arrives, what it is sent does not: check the line to its receiver.",
            )
        if counters.frames_received == 0:
            return NotPlumbline(
                f"{self.url} sends {counters.bytes_received} bytes but no valid frame. They begin {readable(self._first_bytes)}.",
                f"Another sketch, or another device? {usage.command('flash')} writes Plumbline's firmware.",
            )
        if self._echoes == counters.frames_received:
            return NotPlumbline(f"{self.url} only sends back what it is sent.", "It is a loopback or an echo, not a board: choose another port.")
        return BoardSilent(
            f"{self.url} does not answer {kind.name} ({tries} tries in {patience:g} s), after {counters.frames_received} good replies.",
            "Press the board's reset button once and try again.",
        )


def readable(data: bytes, most: int = _SHOWN) -> str:
    """Bytes as a person can read them: text stays text, everything else becomes an escape; cut after `most` bytes."""
    return repr(data[:most])[1:] + ("..." if len(data) > most else "")
