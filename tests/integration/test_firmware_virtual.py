"""The firmware in QEMU: its size, its console, who it says it is, noise, faults, and that its image depends on the sources only."""

from __future__ import annotations

import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbline.common import boards, wire
from plumbline.common.errors import BoardLost
from plumbline.common.manifest import Manifest
from plumbline.common.paths import FIRMWARE, ROOT
from plumbline.host.devices.board import Board, ToldEnd
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from tests.support import firmware_image as firmware

pytestmark = pytest.mark.slow

FLASH_BUDGET, RAM_BUDGET = 8192, 2048
DESCRIBED = boards.board("virtual")


@pytest.fixture
def line(virtual: Path) -> Iterator[socket.socket]:
    with firmware.running(virtual) as line:
        assert "Plumbline: linear on " in firmware.read_until(line, b"help.\r\n")
        yield line


@pytest.fixture
def board(virtual: Path) -> Iterator[Board]:
    with VirtualBoard(virtual) as qemu, Link(qemu.url) as link:
        yield Board(link)


def test_size(virtual: Path) -> None:
    """The whole image: engine, link, console and SHA-256; the RAM holds both stacks."""
    size = firmware.sections(virtual)
    flash = sum(size.get(name, 0) for name in (".vectors", ".text", ".model", ".rodata", ".init_array", ".ARM.exidx", ".data"))
    ram = sum(size.get(name, 0) for name in (".stack", ".data", ".tensors", ".bss"))
    assert 4096 < flash <= FLASH_BUDGET
    assert 1024 < ram <= RAM_BUDGET
    loaded = {name for name in size if not name.startswith(".debug")}
    assert loaded == {".vectors", ".text", ".model", ".rodata", ".stack", ".data", ".tensors", ".bss"}


def test_memory_is_that_of_the_description(linear: Path, tmp_path: Path) -> None:
    link_map = firmware.platformio(linear / "generated", tmp_path).with_suffix(".map").read_text()
    regions = {name: int(length, 16) for name, length in re.findall(r"^(FLASH|RAM|MARK)\s+0x\w+\s+(0x\w+)", link_map, re.MULTILINE)}
    assert regions["FLASH"] == DESCRIBED.flash
    assert regions["RAM"] + regions["MARK"] == DESCRIBED.ram


def test_no_floating_point_nor_heap_nor_printf(virtual: Path) -> None:
    symbols = {line.split()[-1] for line in firmware.tool("nm", virtual).splitlines()}
    assert "serial_link_take" in symbols
    unwanted = {name for name in symbols if re.search(r"malloc|_sbrk|printf|strto[dfl]|__aeabi_[df]|_[df]toa", name)}
    assert not unwanted


def test_image_depends_on_the_sources_only(linear: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second build's folder is given from where we stand, and has to be made there, not in PlatformIO's project."""
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path / "another place" / "generated"
    shutil.copytree(linear / "generated", elsewhere)
    first = firmware.platformio(linear / "generated", tmp_path / "objects").read_bytes()
    image = firmware.platformio(elsewhere, Path("other objects"))
    assert image == tmp_path / "other objects" / "virtual" / "firmware.elf"
    assert not (FIRMWARE / "other objects").exists()
    second = image.read_bytes()
    assert first == second
    assert str(tmp_path).encode() not in first
    assert str(linear).encode() not in first
    assert str(ROOT).encode() not in first


def test_rebuild(linear: Path, tmp_path: Path) -> None:
    """Nothing changed: the image is left alone. A generated file changed: the image changes."""
    generated, objects = tmp_path / "generated", tmp_path / "objects"
    shutil.copytree(linear / "generated", generated)
    image = firmware.platformio(generated, objects)
    images, written = [image.read_bytes()], image.stat().st_mtime_ns
    firmware.platformio(generated, objects)
    assert image.stat().st_mtime_ns == written

    for name, old, new in (
        ("plumbline_model.h", "INPUT_ZERO_POINT 0", "INPUT_ZERO_POINT 1"),
        ("plumbline_compiled.c", "slope[1] = {\n    1,", "slope[1] = {\n    2,"),
    ):
        text = (generated / name).read_text()
        assert old in text
        (generated / name).write_text(text.replace(old, new, 1))
        images.append(firmware.platformio(generated, objects).read_bytes())
    assert len(set(images)) == 3


def test_build_text(linear: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the build calls itself arrives on the board as it is, whatever characters it has."""
    text = 'a"b\\c %d ??/ é'
    monkeypatch.setattr("plumbline.host.firmware.firmware.build_id", lambda generated, settings: text)
    with VirtualBoard(firmware.platformio(linear / "generated", tmp_path)) as board, Link(board.url) as link:
        assert Board(link).hello().build == text


def test_console(line: socket.socket) -> None:
    for typed, answer in (("10\n", "19.0"), ("10\r\n", "19.0"), ("-1\r", "-3.0")):
        line.sendall(typed.encode())
        assert firmware.read_until(line, b"\r\n") == answer + "\r\n"
    line.sendall(b"12.700000001\n")
    assert firmware.read_until(line, b"\r\n") == "Out of domain: the model answers -12.8 to 12.7.\r\n"
    line.sendall(b"what?\n")
    assert firmware.read_until(line, b"\r\n") == "Type a number, info, or ? for help.\r\n"


def test_hello(linear: Path, board: Board) -> None:
    manifest = Manifest.load(linear / "generated" / "manifest.json")
    identity = board.hello()
    assert (identity.board, identity.clock_hz) == (DESCRIBED.title, DESCRIBED.clock_hz)
    assert identity.model == manifest.recipe
    assert identity.model_sha256 == manifest.model_sha256
    assert identity.constants_sha256 == manifest.constants_sha256
    assert identity.inputs == (ToldEnd("", "INT8", 1, manifest.x_end.scale, manifest.x_end.zero_point),)
    assert identity.outputs == (ToldEnd("", "INT8", 1, manifest.y_end.scale, manifest.y_end.zero_point),)
    assert [x / wire.NANO for x in identity.domain_nano] == list(manifest.domain)
    assert identity.engine == "compiled"
    assert identity.engine_error == ""
    assert identity.unit == "instructions"


def test_instructions_are_the_same_every_time(virtual: Path) -> None:
    counts = set()
    for _ in range(2):
        with VirtualBoard(virtual) as qemu, Link(qemu.url) as link:
            answers = [Board(link).ask(10 * wire.NANO) for _ in range(20)]
            counts |= {answer.count for answer in answers if answer is not None}
    assert len(counts) <= 2  # a tick is 5/8 of an instruction: the rounding may fall either way
    assert max(counts) - min(counts) <= 1
    assert 10 < min(counts) < 200


def test_uptime_and_stack(board: Board) -> None:
    start = time.monotonic()
    before = board.stats()
    time.sleep(1.0)
    board.hello()
    after = board.stats()
    waited_ms = (time.monotonic() - start) * 1000
    assert 0 < after.uptime_ms - before.uptime_ms <= 3 * waited_ms + 5000  # QEMU's clock may run ahead, or far behind on a busy machine
    assert after.frames == before.frames + 2 + len(wire.Field) + 1  # HELLO, END and the fields, then STATS
    assert 100 < after.stack_used < after.stack_bytes
    assert after.overruns == after.bad_frames == 0


def test_a_flood_of_noise_is_survived(board: Board) -> None:
    for _ in range(4):
        board.link.say("x" * 5000 + "\0" * 3 + "\x7f" * 5000 + "\0\x05\x01\0")
        assert board.hello().model == "linear"
    assert board.stats().overruns == 0


def test_a_piece_far_beyond_the_tensor_is_refused(board: Board) -> None:
    """offset + length must not run over in the board's 32 bits."""
    for request, rest in ((wire.Request.WRITE, b"\1\2"), (wire.Request.READ, b"\2")):
        for offset in (1, 0x7FFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFF):
            reply = board.link.exchange(request, offset.to_bytes(4, "little") + rest)
            assert (reply.type, reply.payload) == (wire.ERROR_REPLY, bytes([wire.Error.BAD_OFFSET, request]))


def test_a_fault_says_where_and_ends(virtual: Path, tmp_path: Path) -> None:
    undefined = firmware.patched(virtual, "engine_invoke", (0xDE00,), tmp_path / "undefined.elf")
    (address,) = (line.split()[0] for line in firmware.tool("nm", virtual).splitlines() if line.split()[-1] == "engine_invoke")
    with firmware.running(undefined) as line:
        firmware.read_until(line, b"help.\r\n")
        line.sendall(b"10\n")
        said = firmware.read_until(line, b"")
    assert said.startswith(f"\r\nFault: pc 0x{address}, called from 0x")
    assert "CFSR 0x00010000" in said  # UNDEFINSTR


def test_a_stack_overflow_says_so_and_ends(virtual: Path, tmp_path: Path) -> None:
    push_and_again = (0xB5FF, 0xE7FD)  # push {r0-r7, lr}; b engine_invoke
    endless = firmware.patched(virtual, "engine_invoke", push_and_again, tmp_path / "endless.elf")
    with firmware.running(endless) as line:
        firmware.read_until(line, b"help.\r\n")
        line.sendall(b"10\n")
        assert firmware.read_until(line, b"").startswith("\r\nFault: the stack overflowed.")


def test_the_host_names_the_crash(virtual: Path, tmp_path: Path) -> None:
    undefined = firmware.patched(virtual, "engine_invoke", (0xDE00,), tmp_path / "undefined.elf")
    with (
        pytest.raises(BoardLost, match=r"The firmware crashed: pc 0x[0-9a-f]{8}, called from"),
        VirtualBoard(undefined) as qemu,
        Link(qemu.url) as link,
    ):
        Board(link).ask(0)
