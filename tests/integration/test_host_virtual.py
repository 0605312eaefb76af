"""The virtual board starts, says why when it cannot, and never outlives its host."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbline.common.errors import BoardSilent, BoardUnready, QemuMissing
from plumbline.common.paths import ROOT
from plumbline.host.devices.board import Board
from plumbline.host.devices.deadline import Deadline
from plumbline.host.devices.link import Link
from plumbline.host.devices.qemu import QEMU
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware.compiler import GCC
from tests.support.peers import children

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def bare(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Assembles a bare image that does what it is told after reset."""

    def assemble(body: str) -> Path:
        folder = tmp_path_factory.mktemp("bare")
        source = folder / "bare.s"
        source.write_text(f".syntax unified\n.thumb\n.word 0x20001000, start + 1\n.thumb_func\n.global start\nstart: {body}\n")
        image = folder / "bare.elf"
        subprocess.run([GCC, "-mcpu=cortex-m4", "-mthumb", "-nostdlib", "-Wl,-Ttext=0", "-Wl,-e,start", source, "-o", image], check=True)
        return image

    return assemble


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def eventually(condition: Callable[[], object], seconds: float = 60) -> bool:
    deadline = Deadline(seconds)
    while not condition():
        if deadline.expired:
            return False
        time.sleep(0.02)
    return True


def test_it_starts_answers_and_ends(virtual: Path) -> None:
    with VirtualBoard(virtual) as board, Link(board.url) as link:
        assert Board(link).hello().board.startswith("virtual")
        assert alive(board.pid)
    assert not alive(board.pid)


def test_many_at_once_do_not_get_in_each_others_way(virtual: Path) -> None:
    boards = [VirtualBoard(virtual) for _ in range(4)]
    try:
        assert len({board.url for board in boards}) == 4
        for board in boards:
            with Link(board.url) as link:
                assert Board(link).hello().model == "linear"
    finally:
        for board in boards:
            board.close()


def test_a_missing_image(tools: None, tmp_path: Path) -> None:
    with pytest.raises(BoardUnready, match=r"no\.elf does not exist"):
        VirtualBoard(tmp_path / "no.elf")


def test_no_qemu(virtual: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(QemuMissing) as caught:
        VirtualBoard(virtual)
    assert "apt-get install" in caught.value.hint


def test_an_image_that_is_none_shows_what_qemu_says(tools: None, tmp_path: Path) -> None:
    image = tmp_path / "firmware.elf"
    image.write_bytes(b"\x7fELF" + bytes(200))
    said = r"(?s)QEMU ended by itself.*firmware\.elf.*qemu-system-arm: "
    with pytest.raises(BoardUnready, match=said), VirtualBoard(image) as board, Link(board.url) as link:
        Board(link).hello()


def test_a_firmware_that_locks_up(bare: Callable[[str], Path]) -> None:
    image = bare("ldr r0, =0xF0000000; ldr r1, [r0]; .ltorg")  # a fault without a handler
    with pytest.raises(BoardUnready, match=r"(?s)SIGABRT.*Lockup"), VirtualBoard(image) as board, Link(board.url) as link:
        Board(link).hello()


def test_a_firmware_that_says_nothing(bare: Callable[[str], Path]) -> None:
    with VirtualBoard(bare("b start")) as board, Link(board.url) as link, pytest.raises(BoardSilent, match="Nothing came"):
        Board(link).hello()
    assert not alive(board.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_no_qemu_outlives_the_host(number: signal.Signals, code: int, bare: Callable[[str], Path], linear: Path, tmp_path: Path) -> None:
    build = tmp_path / "build"
    image = build / "linear" / "pio" / "virtual" / "firmware.elf"
    image.parent.mkdir(parents=True)
    image.write_bytes(bare("b start").read_bytes())  # never answers, so that the signal finds the host waiting
    for path in linear.iterdir():
        if path.name != "pio":
            (build / "linear" / path.name).symlink_to(path)
    host = subprocess.Popen(
        [sys.executable, "-m", "plumbline", "verify", "linear", "--only", "--build", build],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert eventually(lambda: any(Path(f"/proc/{pid}/comm").read_text().startswith(QEMU[:10]) for pid in children(host.pid)))
    (qemu,) = children(host.pid)
    time.sleep(0.3)
    os.kill(host.pid, number)
    _, said = host.communicate(timeout=300)
    assert host.returncode == code
    assert "Traceback" not in said
    assert eventually(lambda: not alive(qemu))
