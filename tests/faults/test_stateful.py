"""Sequences asked of a model with a state: whatever the line loses, doubles, delays or damages, each answer is that of a line that does nothing.

The firmware's own requests.c answers, as a program of this machine; its engine is one that can be computed by hand.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common.errors import BoardFault
from plumbline.common.paths import FIRMWARE
from plumbline.common.wire import REPLY, Request, told
from plumbline.convert.codegen.generated_folder import wire_header
from plumbline.convert.model.graph import Graph
from plumbline.host.devices.board import Board, Identity, ToldEnd
from plumbline.host.devices.frame import Frame
from plumbline.host.devices.link import Link
from tests.faults import lines, native
from tests.faults.proxy import proxied
from tests.support.several_ends import SEVERAL, WIDE, write_header

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")]

GRAPHS = {"several": SEVERAL, "wide": WIDE}
LINES = {
    "clean": lines.clean,
    "lost": lines.lost(0.2),
    "doubled": lines.doubled(0.4),
    "late": lines.late(0.05, 0.12),
    "overtaken": lines.overtaken(0.2),
    "damaged": lines.hit(1 / 600, lines.flipped),
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The firmware of each of GRAPHS."""
    folder = tmp_path_factory.mktemp("stateful")
    (folder / "plumbline_wire.h").write_text(wire_header())
    libraries = [name for name in native.LIBRARIES if name != "engine_compiled"]
    sources = [source for name in libraries for source in sorted((FIRMWARE / "lib" / name).glob("*.c"))]
    sources += [*native.BOARD, Path(__file__).with_name("stateful_engine.c")]
    for name, graph in GRAPHS.items():
        header = write_header(folder / f"{name}_model", name, graph, stateful=True)
        include = [f"-I{each}" for each in (folder, header, *(FIRMWARE / "lib" / name for name in libraries))]
        command = ["gcc", "-std=gnu99", "-O1", "-Wall", "-Wextra", "-Werror", "-funsigned-char", "-fsanitize=address,undefined", *include]
        subprocess.run([*command, *map(str, sources), "-o", str(folder / name)], check=True, timeout=300)
    return {name: folder / name for name in GRAPHS}


def answers(rows: NDArray[np.int8], starts: NDArray[np.bool_], output_bytes: int) -> NDArray[np.int8]:
    """What stateful_engine.c gives."""
    state, found = 0, []
    for row, start in zip(rows.view(np.uint8).astype(int), starts, strict=True):
        state = 0 if start else state
        found.append([(row[i % len(row)] + state * (i + 1)) % 256 for i in range(output_bytes)])
        state = (5 * state + row.sum() + 1) % 256
    return np.array(found, np.uint8).view(np.int8)


def sequences(graph: Graph, count: int, seed: int = 1) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Rows and which of them start a sequence: of one row, of several, and of more than fit a frame."""
    rng = np.random.default_rng(seed)
    starts = rng.random(count) < 0.15
    starts[[0, 1]] = True
    return rng.integers(-128, 128, (count, graph.input_bytes)).astype(np.int8), starts


@contextmanager
def asked(program: Path, up: lines.Line, down: lines.Line, seed: int = 1) -> Iterator[Board]:
    """A board behind a line."""
    with native.running(program) as direct, proxied(direct, up, down, seed) as url, Link(url, first_wait=0.04) as link:
        yield Board(link)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_board_tells_of_every_end(programs: dict[str, Path], name: str) -> None:
    with asked(programs[name], lines.clean, lines.clean) as board:
        identity = board.hello()
    for ends, tensors in ((identity.inputs, GRAPHS[name].inputs), (identity.outputs, GRAPHS[name].outputs)):
        shown = [told(tensor.name).replace("\x1b", "\\x1b") for tensor in tensors]
        expected = zip(shown, tensors, strict=True)
        assert ends == tuple(ToldEnd(each, tensor.type, tensor.elements, tensor.scale, tensor.zero_point) for each, tensor in expected)
    assert (identity.input_bytes, identity.output_bytes) == (GRAPHS[name].input_bytes, GRAPHS[name].output_bytes)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("what", LINES)
def test_the_state_advances_once_with_each_row(programs: dict[str, Path], name: str, what: str) -> None:
    rows, starts = sequences(GRAPHS[name], 60)
    told_rows: list[int] = []
    with asked(programs[name], LINES[what], LINES[what]) as board:
        identity = board.hello()
        found = board.infer(rows, identity, starts, told_rows.append)
        resends = board.link.counters.resends
    np.testing.assert_array_equal(found.outputs, answers(rows, starts, identity.output_bytes))
    assert sum(told_rows) == len(rows)
    assert resends > 0 or what not in ("lost", "late", "overtaken")


def test_a_second_host_begins_where_it_wants(programs: dict[str, Path]) -> None:
    """Its numbers may be lower than the first one's; the state is what the first one left, until the first row."""
    rows, starts = sequences(SEVERAL, 12)
    with native.running(programs["several"]) as direct, proxied(direct) as url:
        for sequence in (0x9000, 0x2000, 0xF000):
            with Link(url) as link:
                link._sequence = sequence
                found = Board(link).infer(rows, Board(link).hello(), starts)
                np.testing.assert_array_equal(found.outputs, answers(rows, starts, SEVERAL.output_bytes))


class Spoiled:
    """From the n-th inference on, the first reply to READ of a row is another one for so many tries; counts what goes by."""

    def __init__(self, row: int, tries: int) -> None:
        self.row, self.tries = row, tries
        self.invoked = self.resets = 0

    def __call__(self, _: int, frame: Frame) -> Frame:
        self.invoked += frame.type == Request.INVOKE | REPLY
        self.resets += frame.type == Request.RESET | REPLY
        first = frame.type == Request.READ | REPLY and frame.payload[:4] == bytes(4)
        if not first or self.invoked <= self.row or self.tries == 0:
            return frame
        self.tries -= 1
        return Frame(frame.sequence, frame.type, frame.payload[:-1] + bytes([frame.payload[-1] ^ 1]))


@pytest.mark.parametrize(("tries", "replays", "invoked"), [(0, 0, 8), (2, 0, 8), (3, 1, 10), (6, 2, 11)])
def test_outputs_that_stay_damaged_are_asked_from_the_last_start_on(programs: dict[str, Path], tries: int, replays: int, invoked: int) -> None:
    rows, _ = sequences(WIDE, 8)
    starts = np.array([True, False, False, True, False, False, True, False])
    spoiled = Spoiled(4, tries)
    told_rows: list[int] = []
    with asked(programs["wide"], lines.clean, lines.rewritten(spoiled)) as board:
        identity = board.hello()
        found = board.infer(rows, identity, starts, told_rows.append)
    np.testing.assert_array_equal(found.outputs, answers(rows, starts, identity.output_bytes))
    assert (spoiled.resets, spoiled.invoked) == (3 + replays, invoked)
    assert told_rows == [1] * 8
    assert len(found.counts) == 8


def test_outputs_that_never_arrive_whole_are_an_error(programs: dict[str, Path]) -> None:
    rows, _ = sequences(WIDE, 3)
    with asked(programs["wide"], lines.clean, lines.rewritten(Spoiled(1, 100))) as board, pytest.raises(BoardFault, match="damaged 3 times"):
        board.infer(rows, board.hello(), np.array([True, False, False]))


def test_rows_that_start_nowhere_are_no_sequences(programs: dict[str, Path]) -> None:
    rows, _ = sequences(SEVERAL, 3)
    with asked(programs["several"], lines.clean, lines.clean) as board:
        identity: Identity = board.hello()
        for starts in (np.array([False, True, False]), np.array([True, False])):
            with pytest.raises(ValueError, match="starts a sequence"):
                board.infer(rows, identity, starts)


def test_a_reset_by_itself(programs: dict[str, Path]) -> None:
    rows, _ = sequences(SEVERAL, 6)
    begun = np.arange(6) % 3 == 0
    with asked(programs["several"], lines.clean, lines.clean) as board:
        identity = board.hello()
        board.reset()
        first = board.infer(rows[:3], identity).outputs
        board.reset()
        found = np.concatenate([first, board.infer(rows[3:], identity).outputs])
    np.testing.assert_array_equal(found, answers(rows, begun, identity.output_bytes))
