"""Firmware that Zig's clang compiled: as exact as GCC's, held to the board's limits, and named for what it is."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

from plumbline.common import boards
from plumbline.common.errors import CompilerMissing, DoesNotFit, UsageError
from plumbline.common.manifest import Manifest
from plumbline.common.paths import FIRMWARE, image_of
from plumbline.host.devices.board import Board
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import compiler, firmware
from plumbline.host.firmware.builds import Builds
from plumbline.host.firmware.built import Built
from plumbline.host.firmware.elf_size import size_of
from plumbline.host.firmware.settings import settings_of
from plumbline.host.verdict.verify import verify
from tests.support.random_network import random_network
from tests.support.stages import run_stage, verified

needs_zig = pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="needs PyPI's package ziglang")
"""`make test CI=true` brings it."""


@pytest.fixture
def zig(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiler.CHOICE, "zig")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """build/NAME of a network with convolutions, without TensorFlow."""
    folder = tmp_path_factory.mktemp("network")
    (folder / "net.tflite").write_bytes(random_network(np.random.default_rng(1), reshaped_ends=False))
    run_stage("plumbline", "convert", str(folder / "net.tflite"), "--only", "--build", str(folder / "build"))
    (made,) = (folder / "build").iterdir()
    return made


@needs_zig
@pytest.mark.slow
@pytest.mark.parametrize("chosen", ["gcc", "zig"])
@pytest.mark.parametrize("model", ["linear", "network"])
def test_both_compilers_firmware_is_exact(
    tools: None, chosen: str, model: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(compiler.CHOICE, chosen)
    original = request.getfixturevalue(model)
    folder = Path(shutil.copytree(original, tmp_path / original.name, ignore=shutil.ignore_patterns("pio")))
    firmware.build(folder, "virtual")
    built = Built.load(image_of(folder, "virtual").with_name("firmware.json"))
    assert built.compiler.startswith("zig " if chosen == "zig" else "arm-none-eabi-gcc ")
    assert ("compiler = zig" in built.settings.options) is (chosen == "zig")
    verdict = verified(folder)
    assert verdict.passed
    assert len(verdict.comparisons) > 250
    assert all(each.exact for each in verdict.comparisons)
    assert str(FIRMWARE).encode() not in image_of(folder, "virtual").read_bytes(), "the image tells where it was built"


@needs_zig
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("qemu-system-riscv32") is None, reason="needs qemu-system-riscv32")
def test_another_family_of_processors_is_exact_and_its_size_is_known(zig: None, linear: Path, tmp_path: Path) -> None:
    folder, env = Path(shutil.copytree(linear, tmp_path / "linear", ignore=shutil.ignore_patterns("pio"))), boards.environment("virtual_rv32")
    image = firmware.build(folder, env.name)
    size = size_of(image)
    assert size is not None
    assert 1_600 < size.ram < 2_048  # the stack among them
    assert 8_000 < size.flash < 12_000
    with VirtualBoard(image, on=env.board) as qemu, Link(qemu.url) as link:
        verdict = verify(Board(link), folder, Manifest.load(folder / "generated" / "manifest.json"), builds=Builds(folder, env.name), command="")
    assert verdict.passed, verdict.failures


@needs_zig
@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("board_upload.maximum_size = 4000", r"\d{1,2},\d{3} bytes too large for the board's FLASH"),
        ("board_build.stack_bytes = 300000", "board's RAM"),
    ],
)
def test_the_board_s_limits_hold(
    tools: None, zig: None, setting: str, said: str, network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.ini").write_text(f"[env:virtual]\n{setting}\n")
    monkeypatch.setenv("PLUMBLINE_CONFIG", str(tmp_path / "settings.ini"))
    folder = Path(shutil.copytree(network, tmp_path / network.name, ignore=shutil.ignore_patterns("pio")))
    with pytest.raises(DoesNotFit, match=said):
        firmware.build(folder, "virtual")


@needs_zig
def test_gcc_is_preferred_where_it_is(tools: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(compiler.CHOICE, raising=False)
    assert compiler.zig() is None
    assert "compiler = zig" not in settings_of("virtual").options
    monkeypatch.setenv("PATH", str(tmp_path))
    assert compiler.zig() is not None
    compiler.check(needs_gcc=False)
    assert "compiler = zig" in settings_of("virtual").options
    assert "compiler = zig" not in settings_of("nano33ble").options, "PlatformIO brings the Nano's compiler"


def test_a_compiler_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(compiler.CHOICE, "zig")
    with pytest.raises(CompilerMissing, match="ziglang is not installed"):
        compiler.check(needs_gcc=False)
    monkeypatch.delenv(compiler.CHOICE)
    with pytest.raises(CompilerMissing, match="arm-none-eabi-gcc: it is not installed") as missing:
        compiler.check(needs_gcc=False)
    assert "make setup" in missing.value.hint
    monkeypatch.setenv(compiler.CHOICE, "clang")
    with pytest.raises(UsageError, match="clang"):
        compiler.zig()


@needs_zig
def test_tensorflow_lite_micro_wants_gcc(zig: None) -> None:
    with pytest.raises(CompilerMissing, match="PLUMBLINE_COMPILER is zig"):
        compiler.check(needs_gcc=True)
