"""The named faults: enough of them, each with an ending of its own, and those of a board that is not well against the real host."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbline.common.errors import PlumblineError
from plumbline.common.manifest import Manifest
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.verdict.verify import verify
from tests.faults.faults import DIFFERENT_ON_THE_NANO, FAILS, FAULTS, NANO, PASSES, Fault
from tests.faults.faulty_firmware import CODE, Sickness, build, infected
from tests.faults.inject import GRACE_S, Ending, strike
from tests.support.errors import errors

EVERY = [fault for faults in FAULTS.values() for fault in faults]
NAMED = {fault.name: fault for fault in EVERY}


def test_there_are_more_than_forty_and_each_names_its_ending() -> None:
    known = {PASSES, FAILS, *(error.exit_code for error in errors(PlumblineError))}
    assert len(NAMED) == len(EVERY) >= 60
    assert sum(fault.exit_code != PASSES for fault in EVERY) >= 40
    assert {fault.exit_code for fault in EVERY} <= known
    for fault in EVERY:
        assert bool(fault.words) == (fault.exit_code != PASSES), fault.name


def test_every_sickness_is_in_the_code_and_in_a_fault() -> None:
    for sickness in Sickness:
        assert sickness is Sickness.NONE or f"case {sickness.value}:" in CODE
    assert {fault.sickness for fault in EVERY} == set(Sickness)


def test_the_emulated_nano_has_every_fault_of_a_board() -> None:
    assert {fault.name for fault in FAULTS["board"]} < {fault.name for fault in NANO}
    assert set(DIFFERENT_ON_THE_NANO) < {fault.name for fault in NANO}
    assert all(bool(fault.words) == (fault.exit_code != PASSES) for fault in NANO)


def test_an_ending_is_wrong_for_its_code_its_words_its_hint_and_its_time() -> None:
    fault = Fault("x", 44, "answer")
    good = Ending(44, "no answer", "press reset", 0.0)
    assert good.wrong(fault) == ""
    assert "instead of 44" in Ending(45, "no answer", "press reset", 0.0).wrong(fault)
    assert "does not say" in Ending(44, "nothing", "press reset", 0.0).wrong(fault)
    assert "hint" in Ending(44, "no answer", "", 0.0).wrong(fault)
    assert "too late" in Ending(44, "no answer", "press reset", GRACE_S + 0.1).wrong(fault)


@pytest.fixture(scope="module")
def sick(tools: None, linear: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(linear, tmp_path_factory.mktemp("sick"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [fault.name for fault in EVERY if fault.image == "sick" and not fault.long])
def test_a_board_that_is_not_well(name: str, sick: Path, linear: Path, tmp_path: Path) -> None:
    fault = NAMED[name]
    image = infected(sick, fault.sickness, fault.calls, tmp_path / "sick.elf")
    ending, _ = strike(fault, image, linear, seed=1)
    assert ending.wrong(fault) == "", ending


@pytest.mark.slow
def test_the_same_firmware_passes_when_it_is_well(sick: Path, linear: Path) -> None:
    with VirtualBoard(sick) as board, Link(board.url) as link:
        assert verify(Board(link), linear, Manifest.load(linear / "generated" / "manifest.json")).passed
