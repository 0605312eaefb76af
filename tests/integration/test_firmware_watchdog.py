"""The virtual board's watchdog in QEMU: what it bites and what it leaves alone, what it says before the reset, and what the board says after it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from plumbline.common import boards
from plumbline.common.errors import BoardLost
from plumbline.host.devices.board import INFERENCE_PATIENCE_S, Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware.symbols import naming
from tests.faults.faulty_firmware import HANG_AT_ONCE, RESET_AT_ONCE
from tests.support import firmware_image as firmware

pytestmark = pytest.mark.slow

DEAF_HANG = (0xB672, *HANG_AT_ONCE)  # cpsid i; b .
UNDEFINED = (0xDE00,)
PUSH_AND_AGAIN = (0xB5FF, 0xE7FD)  # push {r0-r7, lr}; b to itself
SLOW = (0x2030, 0x0380, 0x3801, 0xD1FD, 0x4770)  # movs r0, 48; lsls r0, 14; subs r0, 1; bne; bx lr: 1,572,864 instructions, 0.1 s
HANG_ONCE_THEN_RESET = (0xF64F, 0x7000, 0xF2C2, 0x0003, 0x6801, 0xB911, 0x2101, 0x6001, *HANG_AT_ONCE, *RESET_AT_ONCE)
"""movw r0, 0xFF00; movt r0, 0x2003; ldr r1, [r0]; cbnz r1, to the reset; movs r1, 1; str r1, [r0]; b . - with a word that a reset leaves alone."""


@pytest.fixture(scope="module")
def hasty(tools: None, linear: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firmware with a watchdog that bites after 1 s."""
    work = tmp_path_factory.mktemp("hasty")
    (work / "settings.ini").write_text("[env:virtual]\nboard_build.watchdog_s = 1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLUMBLINE_CONFIG", str(work / "settings.ini"))
        return firmware.platformio(linear / "generated", work / "pio")


@contextmanager
def started(image: Path, reboots: bool = True) -> Iterator[tuple[Board, list[bytes]]]:
    """A board, and the text that it says."""
    said: list[bytes] = []
    with VirtualBoard(image, reboots) as qemu, Link(qemu.url, on_text=said.append) as link:
        yield Board(link), said


def address(image: Path, symbol: str) -> str:
    (found,) = (line.split()[0] for line in firmware.tool("nm", image).splitlines() if line.split()[-1] == symbol)
    return f"0x{found}"


def test_the_host_waits_longer_for_an_inference_than_the_watchdog() -> None:
    """The compiled engine even where the board's time runs no faster than the host's."""
    assert all(each.watchdog_s <= 171 for each in boards.environments().values())
    assert all(each.watchdog_s < INFERENCE_PATIENCE_S for each in boards.environments().values() if each.engine == "compiled")
    assert 0 < boards.environment("virtual").watchdog_s < boards.environment("virtual_tflm").watchdog_s


def test_a_hang_is_bitten_and_told_until_the_next_start(hasty: Path, tmp_path: Path) -> None:
    image = firmware.patched(hasty, "inference_ask", HANG_ONCE_THEN_RESET, tmp_path / "hangs.elf")
    with started(image) as (board, said):
        assert board.hello().last_reset == ""
        with pytest.raises(BoardLost, match=r"watchdog reset it during ASK: no progress for 1 s, pc (0x\w{8}), called from 0x\w{8}$") as bitten:
            board.ask(0)
        where = re.findall(r"pc (0x\w{8})", bitten.value.message)
        told = f"watchdog, pc {where[0]}"
        assert board.hello().last_reset == board.last_reset() == told
        assert f"Last reset: {told}. Type".encode() in b"".join(said)
        board.link.say("info\n")
        assert board.last_reset() == told
        assert f"reset   {told}\r\n".encode() in b"".join(said)
        said.clear()
        board.link.say("10\n")  # resets the board by itself
        while b"help.\r\n" not in b"".join(said):
            board.link.listen()
        assert b"Last reset" not in b"".join(said)
        assert board.last_reset() == ""


def test_interrupts_that_are_off_do_not_keep_it_away(hasty: Path, tmp_path: Path) -> None:
    image = firmware.patched(hasty, "engine_invoke", DEAF_HANG, tmp_path / "deaf.elf")
    where = f"0x{int(address(image, 'engine_invoke'), 16) + 2:08x}"
    with pytest.raises(BoardLost, match=f"watchdog reset it during ASK: .*pc {where}"), started(image, reboots=False) as (board, _):
        board.ask(0)


def test_a_hang_of_an_interrupt_is_found_on_the_stack_of_the_handlers(hasty: Path, tmp_path: Path) -> None:
    image = firmware.patched(hasty, "UART_Handler", HANG_AT_ONCE, tmp_path / "handler.elf")
    with pytest.raises(BoardLost, match=f"watchdog reset it.*pc {address(image, 'UART_Handler')}"), started(image, reboots=False) as (board, _):
        board.hello()


def test_when_its_own_handler_hangs_the_second_timeout_resets(hasty: Path, tmp_path: Path) -> None:
    image = firmware.patched(hasty, "engine_invoke", HANG_AT_ONCE, tmp_path / "hangs.elf")
    image = firmware.patched(image, "bitten", HANG_AT_ONCE, tmp_path / "twice.elf")
    with pytest.raises(BoardLost, match="ended after"), started(image, reboots=False) as (board, _):
        board.ask(0)


def test_a_board_that_waits_is_left_alone(hasty: Path) -> None:
    with started(hasty) as (board, said):
        before = board.stats()
        time.sleep(3.5)  # its clock goes on while it sleeps, a little late on a busy machine: two timeouts and more
        after = board.stats()
        assert (after.frames, board.last_reset()) == (before.frames + 1, "")
        assert after.uptime_ms - before.uptime_ms > 2000
        assert b"Watchdog" not in b"".join(said)


def test_inferences_one_after_the_other_are_progress(hasty: Path, tmp_path: Path) -> None:
    image = firmware.patched(hasty, "plumbline_compiled_invoke", SLOW, tmp_path / "slow.elf")
    with started(image) as (board, _):
        identity = board.hello()
        inferences = board.infer(np.zeros((identity.batch, 1), np.int8), identity)
        assert inferences.counts[0] * identity.batch > 2 * 15_625_000  # 64 ns each: more than two timeouts in one request
        assert board.last_reset() == ""
        assert board.stats().frames < 30  # and not resent into a board that started anew


@pytest.mark.parametrize(("code", "told"), [(UNDEFINED, "fault, pc {}"), (PUSH_AND_AGAIN, "stack overflow")])
def test_a_crash_is_told_after_the_start_as_well(code: tuple[int, ...], told: str, virtual: Path, tmp_path: Path) -> None:
    image = firmware.patched(virtual, "engine_invoke", code, tmp_path / "crashes.elf")
    with started(image) as (board, _):
        with pytest.raises(BoardLost, match="The firmware crashed"):
            board.ask(0)
        assert board.last_reset() == told.format(address(image, "engine_invoke"))


def test_addresses_get_their_functions(hasty: Path, tmp_path: Path) -> None:
    image = firmware.patched(hasty, "engine_invoke", HANG_AT_ONCE, tmp_path / "hangs.elf")
    named = r"pc 0x\w+ \(engine_invoke, engine_compiled.c:\d+\), called from 0x\w+ \(inference_run, inference.c:\d+\)$"
    with pytest.raises(BoardLost, match=named), naming(lambda: image), started(image, reboots=False) as (board, _):
        board.ask(0)
    with pytest.raises(BoardLost, match=r"^pc 0x00000abc$"), naming(lambda: tmp_path / "none.elf"):
        raise BoardLost("pc 0x00000abc", "")
