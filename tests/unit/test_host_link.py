"""The link against real sockets and pseudo-terminals: whatever a line does to frames, a request that can be answered is."""

from __future__ import annotations

import random
import time

import pytest

from plumbline.common.wire import Request
from plumbline.host.devices.frame import Frame, encode
from plumbline.host.devices.link import Link
from tests.support.lines import Line
from tests.support.peers import Peer, Script, on_socket, on_terminal, reply_to, silent, well_behaved


@pytest.fixture(params=[on_socket, on_terminal], ids=["socket", "terminal"])
def line(request: pytest.FixtureRequest) -> Line:
    made: Line = request.param
    return made


def test_requests_are_answered(line: Line) -> None:
    with line(well_behaved) as url, Link(url) as link:
        for _ in range(50):
            assert link.exchange(Request.STATS) == reply_to(Frame(link._sequence, Request.STATS))
        counters = link.counters
    assert counters.frames_sent == counters.frames_received == len(counters.latencies) == 50
    assert (counters.resends, counters.discarded, link.bad_frames) == (0, 0, 0)
    assert 0 < min(counters.latencies) <= max(counters.latencies) < 5


def test_sequence_numbers_start_anywhere_and_wrap(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = set()
    for _ in range(4):
        with on_socket(silent) as url, Link(url) as link:
            starts.add(link._sequence)
    assert len(starts) > 1
    monkeypatch.setattr(random.SystemRandom, "randrange", lambda *_: 0xFFFE)
    with on_socket(well_behaved) as url, Link(url) as link:
        assert [link.exchange(Request.STATS).sequence for _ in range(3)] == [0xFFFF, 0, 1]


def test_a_lost_request_is_sent_again_as_it_was(line: Line) -> None:
    seen = []

    def deaf_twice(peer: Peer) -> None:
        for request in peer.requests():
            seen.append(request)
            if len(seen) > 2:
                peer.write(encode(reply_to(request)))

    with line(deaf_twice) as url, Link(url, first_wait=0.05) as link:
        link.exchange(Request.ASK, bytes(8), patience=3)
        assert link.counters.resends == 2
        assert link.counters.latencies == []  # which try was answered cannot be known
    assert seen[0] == seen[1] == seen[2]


def test_late_and_double_replies_are_discarded(line: Line) -> None:
    def stutter(peer: Peer) -> None:
        before = None
        for request in peer.requests():
            for each in (before, request, request):
                if each:
                    peer.write(encode(reply_to(each, bytes([each.sequence & 0xFF] * 24))))
            before = request

    with line(stutter) as url, Link(url) as link:
        for _ in range(5):
            reply = link.exchange(Request.STATS)
            assert reply.sequence == link._sequence
            assert reply.payload[0] == link._sequence & 0xFF
    assert link.counters.resends == 0
    assert link.counters.discarded >= 8


def test_noise_and_text_around_a_reply_do_not_matter(line: Line) -> None:
    def chatter(peer: Peer) -> None:
        for request in peer.requests():
            peer.write(b"hello\r\n\0\x09\xb1\x55\x00garb" + bytes([200, 0, 3, 0xB1, 9]) + encode(reply_to(request)) + b"bye\n")

    said = bytearray()
    with line(chatter) as url, Link(url, said.extend) as link:
        for _ in range(3):
            link.exchange(Request.STATS)
    assert b"hello\r\n" in said
    assert link.bad_frames >= 3


def test_a_slow_peer_is_waited_for(line: Line) -> None:
    def slow(peer: Peer) -> None:
        for request in peer.requests():
            for byte in encode(reply_to(request)):
                time.sleep(0.004)
                peer.write(bytes([byte]))

    with line(slow) as url, Link(url, first_wait=4) as link:
        link.exchange(Request.STATS)
        assert link.counters.resends == 0


def test_a_slow_kind_of_request_is_soon_sent_only_once() -> None:
    def thoughtful(peer: Peer) -> None:
        for request in peer.requests():
            time.sleep(0.15)
            peer.write(encode(reply_to(request)))

    with on_socket(thoughtful) as url, Link(url, first_wait=0.05) as link:
        resends = []
        for _ in range(6):
            before = link.counters.resends
            link.exchange(Request.BATCH)
            resends.append(link.counters.resends - before)
    assert resends[0] == 1
    assert resends[-3:] == [0, 0, 0]


def deaf(times: int, after: int = 0) -> Script:
    """Misses so many requests, the first `after` excepted."""

    def script(peer: Peer) -> None:
        for number, request in enumerate(peer.requests()):
            if not after <= number < after + times:
                peer.write(encode(reply_to(request)))

    return script


def test_a_line_that_loses_frames_gets_many_chances() -> None:
    """Doubled without end, the waits of a line that loses every third frame left no time for a try that arrives."""
    with on_socket(deaf(7)) as url, Link(url, first_wait=0.05) as link:
        link.exchange(Request.STATS, patience=4)
        assert link.counters.resends == 7


def test_a_kind_that_was_answered_at_once_is_asked_for_again_soon() -> None:
    with on_socket(deaf(12, after=1)) as url, Link(url, first_wait=0.05) as link:
        link.exchange(Request.ASK, patience=30)
        start = time.monotonic()
        link.exchange(Request.ASK, patience=30)
        assert time.monotonic() - start < 25  # its patience is 30
        assert link.counters.resends == 12
        link.exchange(Request.ASK, patience=30)
    assert link.counters.resends == 12
