"""The recipe that `plumbline new recipe` writes trains, converts and passes on the virtual board as written, in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.common.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow, pytest.mark.emulator]


def plumbline(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if name not in ("LIMITS", "CI")}
    command = [sys.executable, "-m", "plumbline", *words]
    return subprocess.run(command, cwd=folder, env={**variables, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=900)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("empty")
    assert plumbline(found, "new", "recipe", "motion").returncode == 0
    return found


def test_it_passes_as_written_and_its_layers_are_tried_once(folder: Path) -> None:
    ended = plumbline(folder, "verify", "motion.py")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1].startswith("PASS motion on virtual")  # no terminal, so that nothing follows
    assert "Trying the layers of motion" in ended.stderr
    verdict = json.loads((folder / "build" / "motion" / "verdict.json").read_text())
    assert verdict["passed"] is True
    again = plumbline(folder, "train", "motion.py", "--anew")
    assert again.returncode == 0, again.stderr
    assert "Training motion" in again.stderr
    assert "Trying the layers" not in again.stderr


def test_a_layer_that_no_board_can_run_is_refused_before_training(folder: Path) -> None:
    text = (folder / "motion.py").read_text()
    (folder / "bent.py").write_text(
        text.replace('"motion"', '"bent"').replace('activation="relu", name="hidden_2"', 'activation="sparsemax", name="hidden_2"')
    )
    ended = plumbline(folder, "verify", "bent.py")
    assert ended.returncode == 21, ended.stderr
    assert "TOPK_V2 is not supported" in ended.stderr
    assert "Training bent" not in ended.stderr
    assert not (folder / "build" / "bent" / "model.keras").exists()


def test_all_mistakes_are_said_before_tensorflow_is_started(folder: Path) -> None:
    text = (folder / "motion.py").read_text()
    (folder / "wrong.py").write_text(text.replace('"motion"', '"wrong"').replace("epochs=20", "epochs=0").replace("batch_size=32", "batch_size=1000"))
    ended = plumbline(folder, "verify", "wrong.py")
    assert ended.returncode == 11, ended.stderr
    assert "Recipe wrong has 2 mistakes:" in ended.stderr
    assert "Starting TensorFlow" not in ended.stderr
