"""Each virtual board runs the firmware that the others run: it answers as the model, counts instructions or cycles, and says what became of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plumbline.common import boards
from plumbline.common.board_description import Environment
from plumbline.common.errors import BoardLost, SetupFailed
from plumbline.common.manifest import Manifest
from plumbline.host.devices import emulators
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import compiler, firmware
from plumbline.host.firmware.builds import Builds
from plumbline.host.verdict.verify import verify
from tests.faults.faulty_firmware import HANG_AT_ONCE
from tests.support import firmware_image

OTHERS = [each for each in boards.ordinary("compiled") if each.virtual and each != boards.default()]

WITHOUT_FAULTS = ("rp2040",)
"""Emulators whose processor has none: tests/integration/test_pico.py tells what becomes of a bad program there."""
CYCLES = ("rp2040",)
"""Those that count cycles: a branch takes two."""

ENDS: dict[str, tuple[dict[str, tuple[int, ...]], str]] = {
    "undefined": ({"arm": (0xDE00,), "riscv32": (0x0000,)}, "pc 0x[0-9a-f]{8}, called from 0x"),
    # It saves a register on the stack and begins again: push {r0-r7, lr}; b .-2 -- addi sp, sp, -64; sw ra, 0(sp); j .-4
    "overflow": ({"arm": (0xB5FF, 0xE7FD), "riscv32": (0x7139, 0xC006, 0xBFF5)}, "the stack overflowed"),
}
"""What a function is replaced by, for each family of processors, and what the firmware says then."""

pytestmark = pytest.mark.slow


@pytest.fixture(params=OTHERS, ids=lambda each: each.name)
def env(request: pytest.FixtureRequest, tools: None) -> Environment:
    return ready(request.param)


@pytest.fixture(params=[each for each in OTHERS if each.board.machine not in WITHOUT_FAULTS], ids=lambda each: each.name)
def faulting(request: pytest.FixtureRequest, tools: None) -> Environment:
    return ready(request.param)


def ready(chosen: Environment) -> Environment:
    """The environment, where its compiler and emulator are installed."""
    if shutil.which(program := compiler.FAMILIES[chosen.board.family].program) is None:
        pytest.skip(f"{program} is not installed")
    try:
        emulators.of(chosen.board).check(chosen.board)
    except SetupFailed as missing:
        pytest.skip(missing.message)
    return chosen


def test_it_passes_and_counts(env: Environment, linear: Path) -> None:
    image = firmware.build(linear, env.name)
    manifest = Manifest.load(linear / "generated" / "manifest.json")
    with VirtualBoard(image, on=env.board) as qemu, Link(qemu.url) as link:
        verdict = verify(Board(link), linear, manifest, command="plumbline verify linear", builds=Builds(linear, env.name))
    assert verdict.passed, verdict.failures
    assert verdict.identity.board == env.board.title
    assert verdict.identity.clock_hz == env.board.clock_hz
    assert verdict.cost.unit == ("cycles" if env.board.machine in CYCLES else "instructions")
    assert 5 <= verdict.cost.count <= 40
    assert 0 < verdict.stats.stack_used < verdict.stats.stack_bytes
    assert verdict.size is not None
    assert verdict.size.flash < 10_000
    assert verdict.size.ram < 2_048


@pytest.mark.parametrize("what", ENDS)
def test_an_end_of_its_own_is_said(faulting: Environment, linear: Path, tmp_path: Path, what: str) -> None:
    code, said = ENDS[what]
    image = firmware_image.patched(firmware.build(linear, faulting.name), "engine_invoke", code[faulting.board.family], tmp_path / "broken.elf")
    with VirtualBoard(image, on=faulting.board) as qemu, Link(qemu.url) as link, pytest.raises(BoardLost, match=f"The firmware crashed: {said}"):
        Board(link).ask(0)


def test_it_says_after_a_restart_why(faulting: Environment, linear: Path, tmp_path: Path) -> None:
    code, _ = ENDS["undefined"]
    image = firmware_image.patched(firmware.build(linear, faulting.name), "engine_invoke", code[faulting.board.family], tmp_path / "broken.elf")
    with VirtualBoard(image, reboots=True, on=faulting.board) as qemu, Link(qemu.url) as link:
        board = Board(link)
        assert board.hello().last_reset == ""
        with pytest.raises(BoardLost, match="crashed: pc"):
            board.ask(0)
        assert board.hello().last_reset.startswith("fault, pc 0x")


def test_a_watchdog_of_a_slow_clock_bites(tools: None, linear: Path, tmp_path: Path) -> None:
    """The Cortex-M55's counts 32,768 Hz where the others' count the processor's clock."""
    env = boards.environment("virtual_m55")
    image = firmware_image.patched(firmware.build(linear, env.name), "engine_invoke", HANG_AT_ONCE, tmp_path / "hangs.elf")
    with VirtualBoard(image, reboots=True, on=env.board) as qemu, Link(qemu.url) as link:
        board = Board(link)
        before = board.stats().uptime_ms
        with pytest.raises(BoardLost, match=f"watchdog reset it during ASK: no progress for {env.watchdog_s} s, pc 0x"):
            board.ask(0)
        assert board.hello().last_reset.startswith("watchdog, pc 0x")
        assert board.stats().uptime_ms < before + 1000 * env.watchdog_s
