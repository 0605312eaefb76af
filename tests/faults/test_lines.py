"""The line that damages does so as it is told, the same way for the same seed, and is clean where nothing is asked of it."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import pytest

from plumbline.common.errors import BoardLost
from plumbline.common.wire import Request
from plumbline.host.devices.frame import Decoder, Frame, encode
from plumbline.host.devices.link import Link
from tests.faults import lines
from tests.faults.lines import Line, Step
from tests.faults.proxy import proxied
from tests.support.peers import on_socket, well_behaved

FRAMES = [Frame(number, 0x86, bytes([number] * 9)) for number in range(1, 61)]
STREAM = b"hello\r\n" + b"".join(map(encode, FRAMES))


def through(line: Line, seed: int = 1, piece: int = 7) -> list[Step]:
    channel = line(random.Random(seed))
    return [step for start in range(0, len(STREAM), piece) for step in channel(STREAM[start : start + piece])]


def joined(steps: Sequence[Step]) -> bytes:
    return b"".join(step for step in steps if isinstance(step, bytes))


DAMAGING = {
    "flipped": lines.hit(0.02, lines.flipped),
    "dropped": lines.hit(0.02, lines.dropped),
    "inserted": lines.hit(0.02, lines.inserted),
    "duplicated": lines.hit(0.02, lines.duplicated),
    "bursts": lines.hit(0.02, lines.burst),
    "swapped": lines.swapped(0.02),
    "lost": lines.lost(0.3),
    "stuck": lines.stuck(low=0x80),
    "banner": lines.interrupted(b"\r\nPlumbline", 5),
}


@pytest.mark.parametrize("name", DAMAGING)
def test_the_same_seed_does_the_same_however_the_bytes_come(name: str) -> None:
    line = DAMAGING[name]
    assert joined(through(line, 3, 1)) == joined(through(line, 3, 50))
    assert joined(through(line, 3)) != STREAM
    if name not in ("stuck", "banner"):
        assert joined(through(line, 3)) != joined(through(line, 4))


def test_a_clean_line_changes_nothing_and_waits_for_nothing() -> None:
    assert joined(through(lines.clean)) == STREAM
    assert joined(through(lines.framewise(lambda rng, number, frame: (frame,)))) == STREAM
    for line in (lines.delayed(0.1, 0.01), lines.trickle(0.001)):
        assert joined(through(line)) == STREAM
        assert any(isinstance(step, float) for step in through(line))


def test_frames_are_lost_doubled_held_back_and_rewritten() -> None:
    def arrived(line: Line) -> list[Frame]:
        return Decoder().feed(joined(through(line)))[0]

    assert 0 < len(arrived(lines.lost(0.3))) < len(FRAMES)
    assert arrived(lines.lost(1, after=4)) == FRAMES[:4]
    assert len(arrived(lines.doubled(0.5))) > len(FRAMES)
    assert arrived(lines.overtaken(0.2)) != FRAMES
    assert sorted(frame.sequence for frame in arrived(lines.overtaken(0.2))) == [frame.sequence for frame in FRAMES]
    assert [frame.type for frame in arrived(lines.rewritten(lambda _, frame: Frame(frame.sequence, 0x81)))] == [0x81] * len(FRAMES)


def test_a_cut_line_ends_there_and_the_next_connection_is_clean() -> None:
    assert through(lines.cut_after(20))[:4] == [STREAM[:7], STREAM[7:14], STREAM[14:20], None]
    with on_socket(well_behaved) as board, proxied(board, down=lines.cut_at_frame(2, 4)) as url:
        with Link(url) as link:
            link.exchange(Request.STATS)
            link.exchange(Request.STATS)
            with pytest.raises(BoardLost):
                link.exchange(Request.STATS)
        with Link(url) as link:
            link.exchange(Request.STATS)


def test_a_proxy_ends_at_once_even_while_the_line_is_paused() -> None:
    start = time.monotonic()
    with on_socket(well_behaved) as board, proxied(board, up=lines.trickle(30)) as url, Link(url) as link:
        link.say("x")
        time.sleep(0.1)
    assert time.monotonic() - start < 25  # a byte of the line takes longer
