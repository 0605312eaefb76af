"""A board's description is read as PlatformIO reads it, and everything that is wrong with one is said at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from plumbline.common import boards
from plumbline.common.board_description import read
from plumbline.common.errors import BadBoard, UsageError
from plumbline.common.paths import FIRMWARE

NANO = boards.board("nano33ble")

GOOD = """
[small]
custom_title = Small board
custom_core = Cortex-M0
custom_clock_hz = 8000000
custom_tested = not tried
platform = someone/chips@1.2.3
board = small
board_upload.maximum_size = 65536
board_upload.maximum_ram_size = 8192

[env:small]
extends = small
lib_deps =
  board_small
  engine_compiled
build_flags = -D PLUMBLINE_WATCHDOG_S=5
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """PlatformIO's project with the boards that there are."""
    (tmp_path / "boards").mkdir()
    shutil.copy(FIRMWARE / "platformio.ini", tmp_path)
    for path in (FIRMWARE / "boards").glob("*.ini"):
        shutil.copy(path, tmp_path / "boards")
    return tmp_path


def described(project: Path, text: str) -> None:
    """Add a board of the name small."""
    (project / "boards" / "small.ini").write_text(text)


def test_every_environment_is_what_platformio_makes_of_it() -> None:
    command = [sys.executable, "-m", "platformio", "project", "config", "--project-dir", str(FIRMWARE), "--json-output"]
    config = {name: dict(options) for name, options in json.loads(subprocess.run(command, capture_output=True, check=True).stdout)}
    assert {name.removeprefix("env:") for name in config if name.startswith("env:")} == set(boards.environments())
    for name, each in boards.environments().items():
        options = config[f"env:{name}"]
        assert (int(options["board_upload.maximum_size"]), int(options["board_upload.maximum_ram_size"])) == (each.board.flash, each.board.ram)
        assert (options["custom_title"], options["custom_tested"]) == (each.board.title, each.tested)
        assert f"engine_{each.engine}" in options["lib_deps"]
        assert ("-D PLUMBLINE_PROFILE" in options.get("build_flags", ()), "-D PLUMBLINE_MLPERF" in options.get("build_flags", ())) == (
            each.profile,
            each.mlperf,
        )
        assert each.watchdog_s == int(options.get("board_build.watchdog_s", 0))


def test_platformio_has_nothing_to_warn_of() -> None:
    command = [sys.executable, "-m", "platformio", "project", "config", "--project-dir", str(FIRMWARE), "--lint"]
    assert "Warning" not in subprocess.run(command, capture_output=True, check=True, text=True).stdout


def test_a_description_is_a_board(project: Path) -> None:
    described(project, GOOD)
    (small,) = (each for each in read(project).values() if each.board.name == "small")
    assert (small.name, small.engine, small.watchdog_s, small.virtual) == ("small", "compiled", 5, False)
    assert (small.board.platform, small.board.flash, small.board.ram, small.board.usb) == ("chips", 65536, 8192, None)


def test_a_board_is_another_one_with_differences(project: Path) -> None:
    described(project, "[small]\nextends = virtual\nboard_upload.maximum_size = 65536\n[env:small]\nextends = env:virtual_tflm, small\n")
    found = read(project)
    virtual = found["virtual"].board
    assert found["small"].board == replace(virtual, name="small", flash=65536)
    assert (found["small"].engine, found["small"].watchdog_s) == ("tflm", 20)  # what the last one that it extends says counts


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("custom_title = Small board\n", ""), "custom_title is missing"),
        (("8000000", "8 MHz"), "custom_clock_hz = 8 MHz is no whole number"),
        (("65536", "0"), "maximum_size = 0 is less than 1"),
        (("not tried", "surely"), "custom_tested = surely is none of: not tried, compiled"),
        (("custom_core", "custom_cores"), "custom_cores is no option of a board. Did you mean custom_core?"),
        (("board = small\n", "board = small\ncustom_usb = 2341\n"), "custom_usb = 2341 is no vendor and product"),
        (("board = small\n", "custom_usb = 2341:805a\ncustom_emulator = mps2-an386\n"), "virtual or has a USB identity, not both"),
        (("board = small\n", "custom_emulated_by = nrf52840\ncustom_emulator = mps2-an386\n"), "custom_emulator and custom_emulated_by exclude"),
        (("board = small\n", "custom_emulated_by = nrf51\n"), "custom_emulated_by = nrf51 is none of: nrf52840"),
        (("  engine_compiled\n", ""), r"\[env:small\]: lib_deps names one engine"),
        (("engine_compiled", "engine_own"), "lib_deps names one engine: engine_compiled or engine_tflm"),
        (("extends = small", "extends = virtual"), r"\[env:small\]: it does not extend small"),
        (("extends = small", "extends = smal"), r"extends \[smal\], which no file has"),
        (("[small]", "[tiny]"), r"no section \[small\]"),
        (("[env:small]", "[virtual]"), r"a section \[virtual\] that another file has"),
        (("[env:small]", "[other]"), "it has no environment"),
        (("[env:small]\n", "[env:small]\nbuild_unflags\n"), "cannot be read"),
        (("8000000", "${small.custom_clock_hz}"), "refer to each other"),
    ],
)
def test_what_is_wrong_with_one_is_said(project: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in GOOD
    described(project, GOOD.replace(*change))
    with pytest.raises(BadBoard, match=said):
        read(project)


def test_all_that_is_wrong_is_said_at_once(project: Path) -> None:
    described(project, "[small]\nplatform = chips\n[env:small]\nextends = small\n")
    with pytest.raises(BadBoard) as caught:
        read(project)
    for option in ("title", "core", "clock_hz", "tested"):
        assert f"custom_{option} is missing" in caught.value.message
    assert caught.value.message.count("is missing") == 6


def test_an_environment_is_found_by_what_it_does() -> None:
    virtual = boards.board("virtual")
    assert boards.environment_for(virtual) == boards.default() == boards.environment("virtual")
    assert boards.environment_for(virtual, "tflm").name == "virtual_tflm"
    assert boards.environment_for(NANO).name == "nano33ble"
    assert boards.environment_for(NANO, "compiled").name == "nano33ble_compiled"
    assert boards.environment_for(NANO, "compiled", mlperf=True).name == "nano33ble_compiled_mlperf"
    assert boards.environment_for(NANO, profile=True).name == "nano33ble_compiled_profile"
    with pytest.raises(UsageError, match="nano33ble has no environment for the engine tflm and a profile") as caught:
        boards.environment_for(NANO, "tflm", profile=True)
    assert "nano33ble_compiled_profile (compiled, profile)" in caught.value.hint


def test_the_connected_board_that_is_meant_without_a_name_is_declared() -> None:
    """It is not the first by name: that would change with every board that is added."""
    assert boards.connected() == boards.environment("nano33ble") != next(each for each in boards.environments().values() if not each.virtual)


@pytest.mark.parametrize(
    "platform",
    ["chips", "chips@1.2.3", "someone/chips@1.2.3", "https://example.org/someone/platform-chips.git#0123abc", "symlink:///home/me/chips"],
)
def test_a_platform_is_known_by_its_own_name(project: Path, platform: str) -> None:
    described(project, GOOD.replace("someone/chips@1.2.3", platform))
    assert read(project)["small"].board.platform == "chips"


def test_a_name_that_is_none_gets_the_near_one() -> None:
    with pytest.raises(UsageError, match="Did you mean nano33ble"):
        boards.board("nano33")
    with pytest.raises(UsageError, match="Did you mean virtual_mlperf"):
        boards.environment("virtual_mlpref")
