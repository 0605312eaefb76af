"""A Nano 33 BLE without a Nano: its own image on the emulated chip answers over USB, and its process gives back what it takes."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from plumbline.common import boards
from plumbline.common.errors import BoardLost, BoardSilent, BoardUnready
from plumbline.common.manifest import Manifest
from plumbline.host.devices.board import Board
from plumbline.host.devices.connect import connect
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware
from plumbline.host.firmware.builds import Builds
from plumbline.host.nrf52840.serve import Server
from plumbline.host.reports import report_writer, terminal
from plumbline.host.verdict.verify import verify
from tests.faults.faulty_firmware import NANO_HANG_FOR_A_SECOND, NANO_UNGUARDED_HANG_AT_ONCE, RESET_AT_ONCE
from tests.support.firmware_image import patched

pytestmark = [pytest.mark.slow, pytest.mark.emulator]

NANO = boards.environment("nano33ble_bare")
UNDEFINED = (0xDE00,)
SLEEP = (0xBF30, 0xE7FD)  # wfi; b to it


@pytest.fixture(scope="module")
def nano(tools: None, linear: Path) -> Path:
    """The firmware of `linear` for the Nano without Arduino: its ELF file."""
    return firmware.build(linear, NANO.name)


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_it_passes_and_every_report_says_that_it_is_emulated(nano: Path, linear: Path) -> None:
    manifest = Manifest.load(linear / "generated" / "manifest.json")
    with connect(None, NANO, linear) as board:
        verdict = verify(board, linear, manifest, builds=Builds(linear, NANO.name, nano))
    assert verdict.passed
    report_writer.write(verdict, linear)
    assert "PASS linear on emulated Arduino Nano 33 BLE (compiled): 256/256 codes" in terminal.last_line(verdict)
    for name in ("verdict.json", "junit.xml", "report.html"):
        assert "emulated Arduino Nano 33 BLE" in (linear / name).read_text()


def test_two_runs_count_the_same_instructions(nano: Path) -> None:
    counts = []
    for _ in range(2):
        with VirtualBoard(nano, on=NANO.board) as nano_board, Link(nano_board.url) as link:
            answer = Board(link).ask(10_000_000_000)
            assert answer is not None
            counts.append(answer.count)
    assert counts[0] == counts[1] > 0


def test_it_costs_nothing_while_nobody_talks(nano: Path) -> None:
    with VirtualBoard(nano, on=NANO.board) as board:
        with Link(board.url) as link:
            assert Board(link).hello().model == "linear"
            before = processor_s(board.pid)
            time.sleep(2)
            assert processor_s(board.pid) - before < 0.3  # it sleeps, and looks up now and then
        time.sleep(1)
        before = processor_s(board.pid)
        time.sleep(1)
        assert processor_s(board.pid) - before < 0.05  # nobody has the port open: time stands still
        with Link(board.url) as link:
            assert Board(link).hello().model == "linear"


def test_a_program_that_leaves_in_the_middle_of_an_answer_leaves_nothing_behind(nano: Path) -> None:
    with VirtualBoard(nano, on=NANO.board) as board:
        with socket.create_connection(("127.0.0.1", int(board.url.rpartition(":")[2]))) as rude:
            rude.sendall(b"info\r\n" * 20)
            rude.recv(10)
        with Link(board.url) as link:
            assert Board(link).hello().model == "linear"


def test_many_bytes_at_once_wait_for_the_firmware(nano: Path) -> None:
    with VirtualBoard(nano, on=NANO.board) as board, socket.create_connection(("127.0.0.1", int(board.url.rpartition(":")[2])), 5) as line:
        line.sendall(b"10\r\n" * 500)
        said = b""
        deadline = time.monotonic() + 60
        while said.count(b"19.0") < 100 and time.monotonic() < deadline:
            said += line.recv(65536)
        assert said.count(b"19.0") >= 100


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (UNDEFINED, r"The firmware crashed: pc 0x"),
        (RESET_AT_ONCE, r"ended after \d+ replies"),
        (NANO_HANG_FOR_A_SECOND, r"watchdog reset it during ASK: no progress for 20 s, pc 0x"),
    ],
)
def test_a_firmware_that_ends_is_told_as_on_the_virtual_board(nano: Path, code: tuple[int, ...], said: str, tmp_path: Path) -> None:
    image = patched(nano, "engine_invoke", code, tmp_path / "ill.elf")
    with pytest.raises(BoardLost, match=said), VirtualBoard(image, on=NANO.board) as board, Link(board.url) as link:
        Board(link).ask(0)


def test_one_that_starts_again_comes_back_as_a_new_port(nano: Path, tmp_path: Path) -> None:
    image = patched(nano, "engine_invoke", UNDEFINED, tmp_path / "ill.elf")
    with VirtualBoard(image, reboots=True, on=NANO.board) as board:
        with pytest.raises(BoardLost, match="The firmware crashed"), Link(board.url) as link:
            Board(link).ask(0)
        with Link(board.url) as link:
            assert Board(link).hello().last_reset.startswith("fault, pc 0x")


def test_one_that_never_listens_is_silent(nano: Path, tmp_path: Path) -> None:
    image = patched(nano, "serial_link_take", NANO_UNGUARDED_HANG_AT_ONCE, tmp_path / "deaf.elf")
    with pytest.raises(BoardSilent), VirtualBoard(image, on=NANO.board) as board, Link(board.url) as link:
        Board(link).hello()


def test_one_without_a_serial_port_is_named(nano: Path, tmp_path: Path) -> None:
    image = patched(nano, "Reset_Handler", SLEEP, tmp_path / "asleep.elf")
    said = "offers no serial port on USB: it does not switch it on"
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(BoardUnready, match=said):
        Server(image, listener, reboots=False).run()


def test_an_image_for_another_chip_is_refused(virtual: Path) -> None:
    said = r"(?s)emulated nRF52840 ended by itself.*does not model"
    with pytest.raises(BoardUnready, match=said), VirtualBoard(virtual, on=NANO.board) as board, Link(board.url) as link:
        Board(link).hello()
