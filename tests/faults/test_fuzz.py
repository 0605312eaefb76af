"""The firmware's side of the line under seeded inputs, and a short soak: what they find, and that they would find it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from plumbline.common.paths import FIRMWARE
from plumbline.convert.codegen.generated_folder import wire_header
from plumbline.convert.model.graph import Graph
from tests.faults import fuzz, soak
from tests.faults.soak import Part, Soak
from tests.support.several_ends import SEVERAL, WIDE, write_header

PART = Part(answers=100, wrong=0, seconds=6.0, processor_s=10.0, host_kb=1000, qemu_kb=2000, stack=456)
STEADY = Soak((PART,) * 10, resends=0, bad_frames=0)


def test_the_same_seed_makes_the_same_inputs_of_many_kinds() -> None:
    first, again = list(fuzz.inputs(3, 500)), list(fuzz.inputs(3, 500))
    assert first == again != list(fuzz.inputs(4, 500))
    assert max(map(len, first)) <= fuzz.LONGEST
    assert sum(b"\n" in each for each in first) > 50
    assert sum(each.count(0) >= 2 for each in first) > 300


@pytest.mark.slow
def test_the_corpus_and_seeded_inputs_break_nothing(linear: Path, tmp_path: Path) -> None:
    program = fuzz.build(linear / "generated", tmp_path, fuzzer=False)
    assert fuzz.alone(program, 1, 5000) == 5000
    kept = [path.read_bytes() for path in sorted(fuzz.CORPUS.iterdir())]
    assert len(kept) > 50
    assert fuzz.run_inputs(program, kept) == len(kept)


@pytest.mark.slow
@pytest.mark.parametrize("graph", [SEVERAL, WIDE], ids=["several", "wide"])
def test_rows_and_sequences_of_several_ends_break_nothing(graph: Graph, tmp_path: Path) -> None:
    """An engine with a state: rows that share a frame, rows that take several, resets between, numbers that come again."""
    generated = write_header(tmp_path / "generated", "ends", graph, stateful=True)
    (generated / "plumbline_wire.h").write_text(wire_header())
    assert fuzz.alone(fuzz.build(generated, tmp_path, fuzzer=False), 2, 5000) == 5000


@pytest.mark.slow
def test_a_firmware_that_reads_too_far_is_broken(linear: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver no longer looks whether a frame fits its buffer."""
    monkeypatch.setattr(fuzz, "FIRMWARE", _weakened(tmp_path / "firmware"))
    program = fuzz.build(linear / "generated", tmp_path, fuzzer=False)
    with pytest.raises(fuzz.Broken, match=r"AddressSanitizer|runtime error"):
        fuzz.alone(program, 1, 5000)


def _weakened(folder: Path) -> Path:
    """The firmware's libraries, the receiver without its check of a frame's length."""
    shutil.copytree(FIRMWARE / "lib", folder / "lib")
    source = folder / "lib" / "link" / "frame.c"
    text = source.read_text()
    assert "if (receiver->filled == FRAME_STUFFED_MAX) {" in text
    source.write_text(text.replace("if (receiver->filled == FRAME_STUFFED_MAX) {", "if (receiver->filled == 250) {"))
    return folder


@pytest.mark.slow
def test_a_short_soak_is_steady(virtual: Path, linear: Path) -> None:
    found = soak.run(linear, 2)
    assert found.answers > 1000
    assert sum(part.wrong for part in found.parts) == 0
    assert found.parts[-1].stack == found.parts[1].stack


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"wrong": 1}, "1 wrong answers"),
        ({"host_kb": 1200}, "the host's memory grew from 1,000 to 1,200 kB"),
        ({"qemu_kb": 2300}, "QEMU's memory grew from 2,000 to 2,300 kB"),
        ({"answers": 10}, "7 answers per second of processor time at the end, 10 at the start"),
        ({"stack": 460}, "the board's stack grew from 456 to 460 bytes"),
    ],
)
def test_what_drifts_is_named(changed: dict[str, int], sentence: str) -> None:
    assert STEADY.shortcomings() == []
    drifted = replace(STEADY, parts=(*STEADY.parts[:-1], replace(PART, **changed)))
    assert drifted.shortcomings() == [sentence]
    assert replace(STEADY, bad_frames=2).shortcomings() == ["2 damaged frames on a line that damages nothing"]
