"""Verification end to end on the virtual board: what passes, and everything that must not."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common.errors import ArtefactsDisagree, BoardFault, BoardLost, BoardUnready, StaleFirmware, WrongModel
from plumbline.common.files import sha256_of
from plumbline.common.manifest import Manifest
from plumbline.convert.references import tflm
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware
from plumbline.host.firmware.builds import Builds
from plumbline.host.verdict.checks import outside
from plumbline.host.verdict.verdict import Verdict
from plumbline.host.verdict.verify import verify
from tests.support.peers import children

pytestmark = pytest.mark.slow

MUTATIONS = {
    "slope": ("linear", "dense_slope", "2"),
    "offset": ("linear", "dense_offset", "1"),
    "weight": ("wide", "out_weights", "-128"),
    "bias": ("wide", "out_bias", "12345"),
    "multiplier": ("wide", "out_multiplier", "2147483647"),
    "shift": ("wide", "out_shift", "-12"),
    "zero point": ("wide", "out_output", "77"),
}
"""Model, array in its compiled C, and what its first number becomes."""


def check(image: Path, folder: Path, **options: Any) -> Verdict:
    """Start the image, verify it against the folder, end it."""
    with VirtualBoard(image) as board, Link(board.url) as link:
        return verify(Board(link), folder, Manifest.load(folder / "generated" / "manifest.json"), **options)


def altered(folder: Path, to: Path, change: Callable[[Path], None]) -> Path:
    """A copy of a converted folder with one change, and a manifest that vouches for it."""
    copy = to / folder.name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("pio"))
    change(copy)
    manifest = Manifest.load(copy / "generated" / "manifest.json")
    artefacts = {name: sha256_of(copy / name) for name in manifest.artefacts}
    (copy / "generated" / "manifest.json").write_text(replace(manifest, artefacts=artefacts).to_json())
    return copy


def with_references(folder: Path, to: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of a converted folder with other references."""

    def rewrite(copy: Path) -> None:
        with np.load(copy / "references.npz") as stored:
            arrays: dict[str, Any] = dict(stored)
        change(arrays)
        np.savez(copy / "references.npz", **arrays)

    return altered(folder, to, rewrite)


def test_every_code_and_point_is_right(virtual: Path, linear: Path) -> None:
    verdict = check(virtual, linear, builds=Builds(linear, "virtual"))
    assert verdict.passed
    assert verdict.failures == ()
    assert sorted(each.x for each in verdict.of("sample") if each.x is not None) == [-1, 0, 1, 2, 3, 4, 10]
    codes = verdict.of("code")
    assert len(codes) == len({each.x for each in codes}) == 256
    assert verdict.exact == verdict.within == len(verdict.comparisons) == 256 + 7 + len(verdict.of("sweep"))
    assert len(verdict.of("sweep")) > 100
    assert len(verdict.probes) == verdict.refused == 6
    assert verdict.bound is not None
    assert 0 < verdict.mean_error < verdict.rms_error < verdict.max_error <= verdict.bound <= verdict.tolerance
    assert (verdict.oracle.endswith("live")) == tflm.available()
    assert verdict.cost.unit == "instructions"
    assert verdict.cost.count > 5
    assert verdict.traffic.round_trips >= 6 + 7 + 100 + 6
    assert 0 < verdict.traffic.latency_min_s <= verdict.traffic.latency_median_s <= verdict.traffic.latency_p99_s


def test_instruction_counts_repeat_exactly(virtual: Path, linear: Path) -> None:
    assert check(virtual, linear).cost.count == check(virtual, linear).cost.count


def test_tensors_larger_than_a_frame(wide: Path) -> None:
    verdict = check(wide / "pio" / "virtual" / "firmware.elf", wide)
    assert verdict.passed
    assert verdict.identity.batch == 0
    asked = len(verdict.comparisons)
    samples = [each for each in verdict.comparisons if not each.chosen]
    assert verdict.exact == asked > len(samples) == 40
    assert {len(each.board) for each in verdict.comparisons} == {100}
    assert len({each.board for each in samples}) == 40  # a board that always answers the same would not do
    assert verdict.traffic.round_trips == asked * (2 + 1 + 3)


def test_pieces_and_batches_answer_the_same(virtual: Path, linear: Path) -> None:
    codes = np.arange(-128, 128, 5).astype(np.int8).reshape(-1, 1)
    with VirtualBoard(virtual) as board, Link(board.url) as link:
        talker = Board(link)
        identity = talker.hello()
        batched, whole = (talker.infer(codes, replace(identity, batch=batch)).outputs for batch in (identity.batch, 0))
    assert (batched == whole).all()
    assert len(np.unique(batched)) > 50


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_changed_constant_is_found_twice(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    model, array, number = MUTATIONS[name]
    folder: Path = request.getfixturevalue(model)

    def mutate(copy: Path) -> None:
        source = copy / "generated" / "plumbline_compiled.c"
        text, changes = re.subn(rf"({array}\[\d+\][^=]*= \{{\s*)-?\d+", rf"\g<1>{number}", source.read_text(), count=1)
        assert changes == 1
        assert text != source.read_text()
        source.write_text(text)

    mutant = firmware.build(altered(folder, tmp_path, mutate), "virtual")
    with pytest.raises(WrongModel, match="constants SHA-256"):
        check(mutant, folder)
    verdict = check(mutant, folder, trust_answers_only=True)
    assert not verdict.passed
    assert verdict.exact < len(verdict.comparisons)
    assert "differ from the oracle" in verdict.failures[0]


@pytest.mark.parametrize("name", ["model.tflite", "generated/plumbline_flatbuffer.c", "generated/plumbline_compiled.c"])
def test_one_changed_byte_in_the_folder_is_found(name: str, virtual: Path, linear: Path, tmp_path: Path) -> None:
    copy = tmp_path / "linear"
    shutil.copytree(linear, copy, ignore=shutil.ignore_patterns("pio"))
    raw = bytearray((copy / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (copy / name).write_bytes(raw)
    with pytest.raises(ArtefactsDisagree, match=re.escape(name)):
        check(virtual, copy)
    with pytest.raises(ArtefactsDisagree, match=re.escape(name)):
        firmware.build(copy, "virtual")


def test_another_model_is_refused_and_named(wide: Path, linear: Path) -> None:
    with pytest.raises(WrongModel, match=r"model is wide, the manifest's linear"):
        check(wide / "pio" / "virtual" / "firmware.elf", linear)
    with pytest.raises(BoardFault, match="NOT_SCALAR"):
        check(wide / "pio" / "virtual" / "firmware.elf", linear, trust_answers_only=True)


def test_stale_firmware_is_refused(virtual: Path, linear: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(linear, tmp_path / "linear")
    with (copy / "generated" / "plumbline_model.h").open("a") as header:
        header.write("// another line\n")
    with pytest.raises(StaleFirmware, match=r"build (0\.1\.0\+\w+ virtual), these sources make (?!\1)0\.1\.0\+\w+ virtual"):
        Builds(copy, "virtual").of(check(virtual, linear).identity.build)


def test_nothing_compared_is_a_failure(virtual: Path, linear: Path, tmp_path: Path) -> None:
    def empty(arrays: dict[str, Any]) -> None:
        arrays.update({name: arrays[name][:0] for name in ("codes", "tflm", "tflm_float_product", "litert", "float_codes", "x_nano", "float_x")})
        arrays["samples"] = np.int64(0)

    verdict = check(virtual, with_references(linear, tmp_path, empty))
    assert not verdict.passed
    assert verdict.comparisons == ()
    assert "nothing was compared" in verdict.failures[0]


def test_a_missing_code_is_a_failure(virtual: Path, linear: Path, tmp_path: Path) -> None:
    def shorten(arrays: dict[str, Any]) -> None:
        arrays.update({name: arrays[name][:-1] for name in ("codes", "tflm", "tflm_float_product", "litert", "float_codes")})
        arrays["sample_rows"] = np.minimum(arrays["sample_rows"], 254)

    assert "255 of the 256 codes" in check(virtual, with_references(linear, tmp_path, shorten)).failures[0]


@pytest.mark.parametrize("name", ["float_x", "float_codes"])
def test_a_reference_that_is_no_number_is_a_failure(name: str, virtual: Path, linear: Path, tmp_path: Path) -> None:
    def spoil(arrays: dict[str, Any]) -> None:
        arrays[name][5] = np.nan

    verdict = check(virtual, with_references(linear, tmp_path, spoil))
    assert not verdict.passed
    assert "not a number in 1 places" in verdict.failures[0]
    assert verdict.within == len(verdict.comparisons) - 1


def test_a_float_model_that_says_otherwise_is_a_failure(virtual: Path, linear: Path, tmp_path: Path) -> None:
    def shift(arrays: dict[str, Any]) -> None:
        arrays["float_x"][3] += 0.3

    verdict = check(virtual, with_references(linear, tmp_path, shift))
    assert not verdict.passed
    assert verdict.exact == len(verdict.comparisons)
    assert "1 of " in verdict.failures[0]
    assert "farther from the float model" in verdict.failures[0]
    assert "x = 2:" in verdict.failures[0]


def test_an_input_outside_that_is_answered_is_a_failure(virtual: Path, linear: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plumbline.host.verdict.verify.outside", lambda manifest: (*outside(manifest), 5_000_000_000))
    verdict = check(virtual, linear)
    assert verdict.refused == 6
    assert verdict.failures == ("x = 5 lies outside the domain, but the board answers 8.985958099",)


def test_a_board_that_tells_another_reset_in_the_end_has_started_anew(virtual: Path, linear: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own counter may be above the host's again: requests that were sent twice count twice there."""
    monkeypatch.setattr(Board, "last_reset", lambda board: "watchdog, pc 0x00000abc")
    with pytest.raises(BoardLost, match=r"started anew while it was verified: .* Its last reset: watchdog, pc 0x00000abc") as lost:
        check(virtual, linear)
    assert lost.value.hint


def test_a_board_that_dies_in_the_middle_is_no_verdict(virtual: Path, linear: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    ask = Board.ask

    def ask_and_kill(board: Board, x_nano: int) -> Any:
        asked.append(x_nano)
        if len(asked) == 50:
            (qemu,) = children(os.getpid())
            os.kill(qemu, signal.SIGKILL)
        return ask(board, x_nano)

    monkeypatch.setattr(Board, "ask", ask_and_kill)
    with pytest.raises(BoardUnready, match="SIGKILL"):
        check(virtual, linear)
    assert len(asked) == 50
