"""TensorFlow Lite Micro on the virtual board: all 256 codes, and what the engine says when it cannot run the model.

The second half needs a TensorFlow Lite Micro for no operating system, in the folder that TFLM_DIR names; without one it is skipped.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common.errors import BoardFault
from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest
from plumbline.common.paths import FIRMWARE
from plumbline.common.rows import range_of
from plumbline.convert.codegen.arena import arena
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.codegen.generated_folder import generated_files
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references.tflm import Interpreter
from plumbline.host.devices.board import Board, Identity
from plumbline.host.devices.link import Link
from plumbline.host.devices.virtual_board import VirtualBoard
from plumbline.host.firmware import firmware
from tests.support.flatbuffer_writer import random_model, write

ENV = "virtual_tflm"
TFLM_ENVS = ("nano33ble", ENV)
Config = dict[str, dict[str, Any]]


def settings(**variables: str) -> Config:
    """platformio.ini as PlatformIO understands it, by section."""
    command = [sys.executable, "-m", "platformio", "project", "config", "--project-dir", str(FIRMWARE), "--json-output"]
    clean = {name: value for name, value in os.environ.items() if name not in {"TFLM_DIR", "PLUMBLINE_CONFIG"}}
    answer = subprocess.run(command, env={**clean, **variables}, capture_output=True, text=True, check=True, cwd=FIRMWARE).stdout
    return {section: dict(options) for section, options in json.loads(answer)}


@pytest.mark.slow
@pytest.mark.parametrize("env", TFLM_ENVS)
def test_library_and_engine_agree_on_the_layout_of_a_tensor(env: str) -> None:
    flags = " ".join(settings()[f"env:{env}"]["build_flags"])
    assert "-D TF_LITE_STATIC_MEMORY" in flags  # engine and library are built with it, or their TfLiteTensor differ
    assert "-D TF_LITE_STRIP_ERROR_STRINGS" in flags  # with messages, the library writes them into the link's serial port


@pytest.mark.slow
def test_what_comes_from_elsewhere_is_pinned() -> None:
    config = settings()
    for env in ("nano33ble", "nano33ble_compiled"):
        section = config[f"env:{env}"]
        platform = section.get("platform") or config[section["extends"][0]]["platform"]
        assert re.fullmatch(r"platformio/nordicnrf52@\d+\.\d+\.\d+", platform)
    for env in TFLM_ENVS:
        (library,) = (each for each in config[f"env:{env}"]["lib_deps"] if "://" in each)
        assert re.fullmatch(r"https://\S+\.git#v\d+\.\d+\.\d+", library)


@pytest.mark.slow
def test_a_folder_takes_the_place_of_the_network() -> None:
    config = settings(PLUMBLINE_CONFIG="tflm_dir.ini", TFLM_DIR="/some/folder")
    for env in TFLM_ENVS:
        assert [each for each in config[f"env:{env}"]["lib_deps"] if "://" in each] == ["symlink:///some/folder"]


def rebuilt(recipe: Path, changes: dict[str, str]) -> Path:
    """The image with other contents of generated files; the files are put back afterwards.

    The folder stays the same: with another one PlatformIO would compile the whole library again.
    """
    generated = recipe / "generated"
    originals = {name: (generated / name).read_text() for name in changes}
    variables = firmware.environment(recipe, ENV)
    command = [sys.executable, "-m", "platformio", "run", "--project-dir", str(FIRMWARE), "--environment", ENV]
    try:
        for name, text in changes.items():
            (generated / name).write_text(text)
        done = subprocess.run(command, env=variables, capture_output=True, text=True)
    finally:
        for name, text in originals.items():
            (generated / name).write_text(text)
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(variables["PLATFORMIO_BUILD_DIR"]) / ENV / "firmware.elf"


def substituted(recipe: Path, name: str, pattern: str, replacement: str) -> dict[str, str]:
    changed, times = re.subn(pattern, replacement, (recipe / "generated" / name).read_text(), count=1)
    assert times == 1
    return {name: changed}


def refusal(image: Path) -> Identity:
    """Who the board says it is; it must answer an inference with an error."""
    with VirtualBoard(image) as virtual, Link(virtual.url) as link:
        board = Board(link)
        identity = board.hello()
        with pytest.raises(BoardFault):
            board.infer(np.zeros((1, identity.input_bytes), np.int8), identity)
        return identity


@pytest.mark.slow
def test_all_256_codes_are_tflms(tflm_recipe: Path) -> None:
    image = firmware.build(tflm_recipe, ENV)
    manifest = Manifest.load(tflm_recipe / "generated" / "manifest.json")
    references = References.load(tflm_recipe / "references.npz", manifest)
    with VirtualBoard(image) as virtual, Link(virtual.url) as link:
        board = Board(link)
        identity = board.hello()
        answers = board.infer(references.codes, identity)
    assert (identity.engine, identity.engine_error) == ("tflm", "")
    assert (identity.model_sha256, identity.constants_sha256) == (manifest.model_sha256, "")
    assert 0 < identity.arena_used <= manifest.arena.used  # pointers are smaller on the board than where the manifest's figure comes from
    assert len(np.unique(references.codes)) == 256
    np.testing.assert_array_equal(answers.outputs, references.expected)


@pytest.mark.slow
@pytest.mark.parametrize("per_channel", [False, True])
def test_hidden_layers_are_exact_or_refused(tflm_recipe: Path, per_channel: bool) -> None:
    """A library from before mid-2024 takes the first channel's scale for all; the engine must not run such a model on it."""
    pytest.importorskip("tflite_micro")
    raw = write(random_model(np.random.default_rng(3), 1, per_channel))
    graph = read(raw)
    tflm = Interpreter(raw, graph)
    compiled = compile_graph(graph, "random", hashlib.sha256(raw).digest())
    image = rebuilt(tflm_recipe, generated_files("random", raw, graph, compiled, arena(graph, tflm.arena_used()), range_of(graph.input)))
    codes = np.arange(-128, 128).astype(np.int8).reshape(-1, 1)
    with VirtualBoard(image) as virtual, Link(virtual.url) as link:
        board = Board(link)
        identity = board.hello()
        if per_channel and identity.engine_error:
            assert "too old for per-channel" in identity.engine_error
            return
        assert identity.engine_error == ""
        answers = board.infer(codes, identity)
    np.testing.assert_array_equal(answers.outputs, tflm.run(codes))


@pytest.mark.slow
def test_a_damaged_flatbuffer_is_not_run(tflm_recipe: Path) -> None:
    manifest = Manifest.load(tflm_recipe / "generated" / "manifest.json")
    image = rebuilt(tflm_recipe, substituted(tflm_recipe, "plumbline_flatbuffer.c", "0x54, 0x46, 0x4c, 0x33", "0x54, 0x46, 0x4c, 0x34"))
    identity = refusal(image)
    assert "flatbuffer" in identity.engine_error
    assert identity.model_sha256 != manifest.model_sha256


@pytest.mark.slow
def test_an_arena_that_is_too_small_is_told(tflm_recipe: Path) -> None:
    image = rebuilt(tflm_recipe, substituted(tflm_recipe, "plumbline_model.h", r"PLUMBLINE_ARENA_BYTES \d+", "PLUMBLINE_ARENA_BYTES 320"))
    identity = refusal(image)
    assert "arena too small" in identity.engine_error
    assert identity.arena_used == 0
