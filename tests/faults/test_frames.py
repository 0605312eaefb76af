"""Host and board make the same of damaged frames: nothing, and the good frame behind them is heard."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from plumbline.host.devices.frame import Frame, encode
from tests.faults import frames

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")


def test_every_case_is_damaged_and_every_damage_occurs() -> None:
    kinds: Counter[str] = Counter()
    for case in frames.cases(3, 3000, replies=True):
        kinds[case.kind] += 1
        assert frames.HostDecoder().feed(case.damaged + b"\0").messages == ()
    assert set(kinds) == set(frames.DAMAGES)
    assert min(kinds.values()) > 100


def test_the_same_seed_makes_the_same_cases() -> None:
    assert list(frames.cases(5, 50, False)) == list(frames.cases(5, 50, False)) != list(frames.cases(6, 50, False))


def test_20000_damaged_frames_each_way() -> None:
    assert frames.run(20_000) == frames.Tally(40_000)


def test_what_goes_wrong_is_counted() -> None:
    """A tally that could only ever be faultless would prove nothing."""
    assert frames.Tally(10, accepted=1).faultless == 9
    assert frames.Tally(10, differing=3, out_of_step=2).faultless == 5
    heard = frames.Heard((b"a",), b"", 1)
    for other in (frames.Heard((b"b",), b"", 1), frames.Heard((b"a",), b"x", 1), frames.Heard((b"a",), b"", 2)):
        assert not frames.same(b"", heard, other)


def test_one_character_between_two_frames_is_no_damaged_frame(tmp_path: Path) -> None:
    line = encode(Frame(1, 1)) + b"x" + encode(Frame(2, 1))
    with frames.BoardDecoder(frames.build(tmp_path), 60) as board:
        (board_heard,) = board.feed([line])
    heard = frames.HostDecoder().feed(line)
    assert len(heard.messages) == 2
    assert heard.bad_frames == board_heard.bad_frames == 0
    assert frames.same(line, heard, board_heard)


def test_a_decoder_that_hangs_is_ended(tmp_path: Path) -> None:
    hang = tmp_path / "hang"
    hang.write_text("#!/bin/sh\nexec sleep 60\n")
    hang.chmod(0o755)
    with frames.BoardDecoder(hang, 0.2) as board, pytest.raises(EOFError):
        board.feed([b"\0"])
