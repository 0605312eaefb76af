"""A firmware goes through the Nano's boot loader, whatever happens on the way, or an error names what happened.

The board is a model behind a pseudo-terminal (tests/support/nano_boot_loader.py); everything of the host is real.
"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.common.errors import UploadFailed
from plumbline.common.paths import image_of
from plumbline.host.devices import discovery
from plumbline.host.firmware import firmware, flash, samba, upload
from tests.support.nano_boot_loader import BOARD, VERSION, Faults, NanoBoard, elf_of

FIRMWARE = bytes(range(256)) * 40  # three pages, the last one not full
PAGES = 3


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A firmware that was built; without a bossac, and with less patience than for a real board."""
    path = image_of(tmp_path, BOARD.name)
    path.parent.mkdir(parents=True)
    path.write_bytes(elf_of({upload.APPLICATION: FIRMWARE[:5000], upload.APPLICATION + 5000: FIRMWARE[5000:]}))
    monkeypatch.setattr(firmware, "build", lambda *_, **__: path)
    monkeypatch.setattr(upload, "_bossac", lambda: None)
    monkeypatch.setattr(samba, "ANSWER_S", 0.4)
    return path


def flashed(image: Path, board: NanoBoard, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(discovery, "list_all", board.ports)
    with board:
        return flash.flash(image.parents[2], BOARD.name, None)


def holds_it(board: NanoBoard) -> bool:
    return bytes(board.flash[: len(FIRMWARE)]) == FIRMWARE and board.starts == 1


@pytest.mark.parametrize("waits", [False, True])
def test_it_arrives_from_a_running_firmware_and_from_the_boot_loader(image: Path, waits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    board = NanoBoard(in_boot_loader=waits)
    assert flashed(image, board, monkeypatch) == board.device
    assert holds_it(board)
    assert board.flash[len(FIRMWARE) : PAGES * samba.PAGE_BYTES] == b"\xff" * (PAGES * samba.PAGE_BYTES - len(FIRMWARE))
    assert board.flash[PAGES * samba.PAGE_BYTES] == 0xAA, "a page behind the firmware was touched"


@pytest.mark.parametrize("faults", [Faults(lost=(1,)), Faults(lost=(0, 2)), Faults(flipped=(3,)), Faults(lost=(1,), flipped=(2,))])
def test_what_is_lost_on_the_way_is_sent_again(image: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    hurt = len(faults.lost) + len(faults.flipped)
    board = NanoBoard(faults)
    flashed(image, board, monkeypatch)
    assert holds_it(board)
    assert board.sends == PAGES + 1 + hurt


@pytest.mark.parametrize(
    ("faults", "says", "advises"),
    [
        (Faults(flipped=tuple(range(9))), r"page at 0x0 was sent 3 times, and its checksum is 0x[0-9A-F]{4} instead", "another cable"),
        (Faults(gone_at=2), "went away after 2 pages", "waits in its boot loader"),
        (Faults(mute=True), "does not answer", "reset button twice"),
        (Faults(version=b"v1.1 [Arduino:XYZ] Apr 4 2019 10:54:50\n\r"), "which lacks I, K", "not Arduino's boot loader of the Nano"),
        (Faults(version=b"v2.0\n\r"), "which lacks I, K, Y, Z", "not Arduino's boot loader"),
        (Faults(chip=b"nRF52833\n\r"), "a chip nRF52833, not on nRF52840-QIAA", "right port"),
        (Faults(stays=True), "did not enter its boot loader", "reset button twice"),
    ],
)
def test_what_cannot_succeed_says_why(image: Path, faults: Faults, says: str, advises: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if faults.stays:
        monkeypatch.setattr(upload, "BOOT_LOADER_S", 0.3)
    board = NanoBoard(faults)
    with pytest.raises(UploadFailed, match=says) as failed:
        flashed(image, board, monkeypatch)
    assert advises in failed.value.hint
    assert board.starts == 0


def test_an_upload_that_was_cut_off_leaves_no_half_firmware_to_start(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    board = NanoBoard(Faults(gone_at=PAGES))
    with pytest.raises(UploadFailed):
        flashed(image, board, monkeypatch)
    assert board.flash[: samba.PAGE_BYTES] == b"\xff" * samba.PAGE_BYTES, "the boot loader would start what lacks a page"


def test_an_image_for_another_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "firmware.elf"
    path.write_bytes(elf_of({0: FIRMWARE}))
    with pytest.raises(UploadFailed, match="begins at 0x0, a firmware behind the boot loader at 0x10000"):
        upload.flash_bytes(path)


@pytest.mark.parametrize(("status", "sends"), [(0, 0), (1, PAGES + 1)])
def test_bossac_is_asked_first_and_ours_takes_over_where_it_fails(
    image: Path, status: int, sends: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, told = tmp_path / "bossac", tmp_path / "told"
    program.write_text(f'#!/bin/sh\necho "$@" > "{told}"\necho "[=====] 50% (1/2 pages)"\nexit {status}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(upload, "_bossac", lambda: str(program))
    board = NanoBoard(in_boot_loader=True)
    monkeypatch.setattr(discovery, "list_all", board.ports)
    with board:
        upload.upload(image, BOARD, board.device)
    assert f"--port={Path(board.device).name} " in told.read_text()
    assert board.sends == sends
    assert (image.with_suffix(".bin")).read_bytes() == FIRMWARE


@given(st.binary())
def test_no_answer_trips_the_parser(answer: bytes) -> None:
    found = samba.checksum_of(answer)
    assert found is None or answer.startswith(b"Z%08X#" % found)
    assert samba.features_of(answer) <= frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@given(st.integers(0, 0xFFFFFFFF), st.binary())
def test_a_checksum_is_read_whatever_comes_after_it(value: int, after: bytes) -> None:
    assert samba.checksum_of(b"Z%08X#" % value + after) == value


def test_the_real_version_has_what_is_needed() -> None:
    assert samba.features_of(VERSION) >= samba.NEEDED


def test_the_checksum_is_that_of_xmodem() -> None:
    assert samba.checksum(b"123456789") == 0x31C3  # the check value of CRC-16/XMODEM
