"""How an exchange over the link ends that cannot succeed: silence, noise, strangers, crashes, restarts and lost connections, each by its name."""

from __future__ import annotations

import os
import pty
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import serial
from serial import rfc2217

from plumbline.common.errors import BoardFault, BoardLost, BoardSilent, NotPlumbline, PlumblineError, WrongProtocol
from plumbline.common.wire import ERROR_REPLY, PROTOCOL_VERSION, Error, Request
from plumbline.host.devices.board import Board
from plumbline.host.devices.crash_report import ending
from plumbline.host.devices.frame import Frame, encode
from plumbline.host.devices.link import Link, readable
from tests.support.lines import Line, briefly
from tests.support.peers import Peer, Script, on_socket, on_terminal, reply_to, silent


@pytest.fixture(params=[on_socket, on_terminal], ids=["socket", "terminal"])
def line(request: pytest.FixtureRequest) -> Line:
    made: Line = request.param
    return made


def outcome(line: Line, script: Script) -> PlumblineError:
    """The error that one request to such a peer ends in, which must come in time."""
    with line(script) as url, Link(url) as link:
        start = time.monotonic()
        with pytest.raises(PlumblineError) as caught:
            briefly(link)
        assert time.monotonic() - start < 4.5  # what it gives up after by itself is 5
    assert caught.value.hint
    return caught.value


def test_silence(line: Line) -> None:
    error = outcome(line, silent)
    assert type(error) is BoardSilent
    assert "Nothing came" in error.message


def test_silence_after_good_replies(line: Line) -> None:
    def one_only(peer: Peer) -> None:
        requests = peer.requests()
        peer.write(encode(reply_to(next(requests))))
        for _ in requests:
            pass

    with line(one_only) as url, Link(url) as link:
        link.exchange(Request.STATS)
        with pytest.raises(BoardSilent, match="after 1 good replies"):
            briefly(link)


def test_noise_is_shown_readable(line: Line) -> None:
    def babble(peer: Peer) -> None:
        for _ in peer.requests():
            peer.write(b"Temp: 21.5\xb0C\r\n")

    error = outcome(line, babble)
    assert type(error) is NotPlumbline
    assert r"'Temp: 21.5\xb0C\r\n" in error.message


GREETING = b"\r\nPlumbline: linear on some board. Type a number, info, or ? for help.\r\n"


def test_a_board_that_starts_again_and_again_is_named(line: Line) -> None:
    def brown_out(peer: Peer) -> None:
        for _ in peer.requests():
            peer.write(GREETING[:20])
            time.sleep(0.02)
            peer.write(GREETING[20:])

    error = outcome(line, brown_out)
    assert type(error) is BoardLost
    assert "starts anew again and again" in error.message


def test_a_crash_is_named_even_when_the_board_starts_again(line: Line) -> None:
    def crash(peer: Peer) -> None:
        for _ in peer.requests():
            peer.write(b"\r\nFault: the stack overflowed. CFSR 0x00000092\r\n" + GREETING)

    error = outcome(line, crash)
    assert type(error) is BoardLost
    assert error.message == "The firmware crashed: the stack overflowed. CFSR 0x00000092"


WATCHDOG = b"\r\nWatchdog: no progress for 20 s, pc 0x00000abc, called from 0x00000def\r\n"


def test_a_bite_of_the_watchdog_is_named_with_the_request_and_ends_it_at_once(line: Line) -> None:
    def bitten(peer: Peer) -> None:
        requests = peer.requests()
        next(requests)
        for piece in (WATCHDOG[:30], WATCHDOG[30:], GREETING):
            peer.write(piece)
            time.sleep(0.02)
        for _ in requests:
            pass

    with line(bitten) as url, Link(url) as link:
        with pytest.raises(BoardLost) as caught:
            link.exchange(Request.BATCH, b"\0")
        assert caught.value.message == "The board's watchdog reset it during BATCH: no progress for 20 s, pc 0x00000abc, called from 0x00000def"
        assert "watchdog_s" in caught.value.hint
        assert link.counters.resends < 4  # it was not waited for until the patience ended
        with pytest.raises(BoardSilent):  # the next request is another matter
            briefly(link)


def test_words_that_are_cut_off_count_at_the_end(line: Line) -> None:
    def cut_off(peer: Peer) -> None:
        for number, _ in enumerate(peer.requests()):
            if number == 0:
                peer.write(WATCHDOG[:39])

    error = outcome(line, cut_off)
    assert type(error) is BoardLost
    assert error.message == "The board's watchdog reset it during STATS: no progress for 20 s, pc 0x"


def test_control_characters_of_last_words_never_reach_a_terminal() -> None:
    said = ending(b"\r\nFault: pc \x1b[2J\xff\r\n", "ASK")
    assert said is not None
    assert said.message.isprintable()


def test_what_is_no_end_is_none() -> None:
    for text in (b"", GREETING, GREETING.replace(b"Type", b"Last reset: watchdog, pc 0x00000abc. Type"), b"Watchdog", b"The engine failed: Fault"):
        assert ending(text, "ASK") is None
    assert ending(WATCHDOG[:-2], "ASK", complete=True) is None
    bitten = ending(WATCHDOG, "")
    assert bitten is not None
    assert bitten.message.startswith("The board's watchdog reset it: no progress")


def test_a_board_that_hears_nothing_is_told_from_another_sketch(line: Line) -> None:
    def deaf_but_greeting(peer: Peer) -> None:
        peer.read()  # opening a port throws away what is there already
        peer.write(GREETING)
        for _ in peer.requests():
            pass

    error = outcome(line, deaf_but_greeting)
    assert type(error) is BoardSilent
    assert "greets as Plumbline's firmware but answers no request" in error.message


def test_a_board_whose_frames_arrive_damaged_is_not_called_deaf(line: Line) -> None:
    def seven_bits(peer: Peer) -> None:
        peer.read()
        peer.write(GREETING)
        for request in peer.requests():
            peer.write(bytes(byte & 0x7F for byte in encode(reply_to(request))))

    assert type(outcome(line, seven_bits)) is NotPlumbline


def test_a_flood_of_noise_does_not_stop_the_clock() -> None:
    stop = threading.Event()

    def flood(peer: Peer) -> None:
        noise = random.Random(1).randbytes(4096)
        while not stop.is_set():
            peer.write(noise)

    with on_socket(flood) as url, Link(url) as link:
        start = time.monotonic()
        with pytest.raises(NotPlumbline):
            briefly(link)
        assert time.monotonic() - start < 4.5  # what it gives up after by itself is 5
        stop.set()


def test_another_version_is_named(line: Line) -> None:
    def newer(peer: Peer) -> None:
        for request in peer.requests():
            peer.write(encode(Frame(request.sequence, ERROR_REPLY, bytes([Error.WRONG_VERSION, request.type]), version=PROTOCOL_VERSION + 1)))

    error = outcome(line, newer)
    assert type(error) is WrongProtocol
    assert f"version {PROTOCOL_VERSION + 1}" in error.message


def test_a_refusal_of_our_version_is_a_wrong_protocol() -> None:
    def refuse(peer: Peer) -> None:
        for request in peer.requests():
            peer.write(encode(Frame(request.sequence, ERROR_REPLY, bytes([Error.WRONG_VERSION, request.type]))))

    with on_socket(refuse) as url, Link(url) as link, pytest.raises(WrongProtocol):
        Board(link).hello()


def test_an_error_reply_is_named() -> None:
    def refuse(peer: Peer) -> None:
        for request in peer.requests():
            peer.write(encode(Frame(request.sequence, ERROR_REPLY, bytes([Error.ENGINE_FAILED, request.type]))))

    with on_socket(refuse) as url, Link(url) as link, pytest.raises(BoardFault, match="STATS: ENGINE_FAILED"):
        Board(link).stats()


def test_a_connection_that_ends_is_lost() -> None:
    def leave(peer: Peer) -> None:
        next(peer.requests())

    assert type(outcome(on_socket, leave)) is BoardLost


def test_an_unplugged_port_is_lost() -> None:
    master, slave = pty.openpty()
    with Link(os.ttyname(slave)) as link:
        os.close(slave)
        os.close(master)
        with pytest.raises(BoardLost, match="ended"):
            briefly(link)


def test_a_loop_is_no_board() -> None:
    with Link("loop://") as link, pytest.raises(NotPlumbline, match="sends back"):
        briefly(link)


@pytest.mark.filterwarnings("ignore:set:DeprecationWarning")  # of pyserial's own thread
def test_rfc2217_carries_frames() -> None:
    """Through the telnet layer of pyserial's own server, with every kind of byte in the payload."""
    with on_socket(_over_telnet) as url, Link(url.replace("socket:", "rfc2217:")) as link:
        for start in range(0, 256, 32):
            payload = bytes(range(start, start + 32))
            assert link.exchange(Request.BATCH, payload).payload == payload


def _over_telnet(peer: Peer) -> None:
    port = serial.serial_for_url("loop://")  # only its settings are used
    answers: Any = type("Answers", (), {"write": staticmethod(peer.write)})()
    manager = rfc2217.PortManager(port, answers)  # type: ignore[arg-type]  # the stub asks for a client
    while data := peer.read():
        for request in peer.decoder.feed(b"".join(manager.filter(data)))[0]:
            peer.write(b"".join(manager.escape(encode(reply_to(request, request.payload)))))


def test_readable() -> None:
    assert readable(b"ok\r\n\x00\xff\\x") == r"'ok\r\n\x00\xff\\x'"
    assert readable(b"a" * 80, 4) == "'aaaa'..."


def test_what_comes_right_before_the_end_is_heard() -> None:
    """A crash names its reason and the connection closes: both are often there before the host looks."""

    def crash(peer: Peer) -> None:
        peer.read()  # opening a port throws away what is there already: only after that do words count
        peer.write(b"\r\nFault: pc 0x00000123, called from 0x00000456 CFSR 0x00010000\r\n")

    def until_lost(act: Callable[[Link], object], link: Link) -> None:
        while True:  # the end may still be on its way
            act(link)

    for act in (Link.listen, briefly):
        with on_socket(crash) as url, Link(url) as link:
            link.say("\n")
            time.sleep(0.05)
            with pytest.raises(BoardLost, match=r"The firmware crashed: pc 0x00000123"):
                until_lost(act, link)
