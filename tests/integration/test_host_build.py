"""What is said when the firmware cannot be built: the cause and its size, not PlatformIO's output."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.boards import environment
from plumbline.common.errors import BuildFailed, CompilerMissing, DoesNotFit, UnsupportedOperator, UsageError
from plumbline.host.firmware import compiler, firmware, tflm
from tests.support.flatbuffer_writer import random_model, write


@pytest.fixture
def recipe(linear: Path, tmp_path: Path) -> Path:
    """A copy of build/linear, to be built in other ways than everybody's."""
    return shutil.copytree(linear, tmp_path / "linear", ignore=shutil.ignore_patterns("pio"))


def settings(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Lay settings over platformio.ini."""
    path = folder / "settings.ini"
    path.write_text(f"[env:virtual]\n{text}\n")
    monkeypatch.setenv("PLUMBLINE_CONFIG", str(path))


def test_an_unknown_environment_lists_the_others(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nano34ble") as unknown:
        firmware.build(tmp_path, "nano34ble")
    assert "nano33ble" in unknown.value.hint


def test_without_a_compiler_the_line_to_type_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(compiler.CHOICE, "gcc")
    with pytest.raises(CompilerMissing) as missing:
        compiler.check(needs_gcc=False)
    assert "sudo apt-get install --no-install-recommends gcc-arm-none-eabi" in missing.value.hint


def test_a_compiler_without_its_library_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / compiler.GCC
    fake.write_text('#!/bin/sh\necho "${1#-print-file-name=}"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(compiler.CHOICE, "gcc")
    with pytest.raises(CompilerMissing, match="C library is not installed"):
        compiler.check(needs_gcc=False)


@pytest.mark.slow
def test_an_image_too_large_for_the_board_names_the_excess(tools: None, recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, tmp_path, "board_upload.maximum_size = 4000")
    with pytest.raises(DoesNotFit, match=r"[34],\d{3} bytes too large for the board's FLASH"):
        firmware.build(recipe, "virtual")


def test_an_image_too_large_for_the_upload_names_both_sizes(tmp_path: Path) -> None:
    said = "Error: The program size (990000 bytes) is greater than maximum allowed (983040 bytes)"
    with pytest.raises(DoesNotFit, match=r"has 990,000 bytes, the board holds 983,040"):
        firmware.explain("nano33ble", said, tmp_path / "build.log")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "***\nIf you like PlatformIO, please:\n***\n\n*** missing SConscript file 'x.py'\n==== [FAILED] Took 1 s ====",
            r"nano33ble:\n  \*\*\* missing SC",
        ),
        (
            "\n".join([*(f"line {n}" for n in range(20)), "====", "==== [FAILED] Took 1 s ====", "", "Environment  Status"]),
            r"nano33ble:\n  line 12\n(.*\n)*  line 19$",
        ),
    ],
    ids=["SCons's word", "no word"],
)
def test_what_platformio_says_is_told_from_what_it_always_says(said: str, shown: str, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match=shown) as failed:
        firmware.explain("nano33ble", said, tmp_path / "build.log")
    assert "If you like" not in str(failed.value)


@pytest.mark.slow
def test_a_model_too_large_for_the_ram_names_the_excess(tools: None, recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, tmp_path, "board_build.stack_bytes = 300000")
    with pytest.raises(DoesNotFit, match=r"\d{2},\d{3} bytes too large for the board's RAM"):
        firmware.build(recipe, "virtual")


@pytest.mark.slow
def test_an_error_of_the_compiler_is_shown(tools: None, recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, tmp_path, "build_flags = -D board_begin=1")
    with pytest.raises(BuildFailed, match="error: expected identifier") as failed:
        firmware.build(recipe, "virtual")
    assert "build.log" in failed.value.hint
    assert not (recipe / "pio" / "virtual" / "firmware.elf").exists()


def test_a_dense_per_channel_is_refused_for_the_old_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "Chirale_TensorFlowLite"
    header = library / "src" / tflm.HEADER
    header.parent.mkdir(parents=True)
    header.touch()
    (library / "library.properties").write_text("name=Chirale_TensorFlowLite\n")
    monkeypatch.setenv("TFLM_DIR", str(library))
    model = tmp_path / "model.tflite"
    model.write_bytes(write(random_model(np.random.default_rng(1), 4, per_channel=True)))
    with pytest.raises(UnsupportedOperator, match="one scale per channel"):
        tflm.check(environment("nano33ble"), model, {})
