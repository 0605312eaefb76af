"""`plumbline` in somebody's own project: a folder with their recipe, their model and a plumbline.toml, and no checkout around it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.paths import ROOT
from tests.support.flatbuffer_writer import random_model, write

pytestmark = pytest.mark.slow

RECIPE = """
import numpy as np
from plumbline.training.recipe import Data, Recipe
from points import X  # beside this file

def layers():
    import keras
    return [keras.layers.Dense(1, name="dense")]

def optimizer():
    import keras
    return keras.optimizers.SGD(0.01)

RECIPE = Recipe(
    "thermometer", lambda: Data(X, np.float32(1.8) * X + 32), layers, optimizer, "mean_squared_error", epochs=EPOCHS, seed=1, domain=(-10.0, 10.0)
)
"""


def plumbline(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    return subprocess.run([sys.executable, "-m", "plumbline", *words], cwd=folder, env=given, capture_output=True, text=True, timeout=600)


def test_a_recipe_of_ones_own_goes_the_whole_way(tools: None, tmp_path: Path) -> None:
    (tmp_path / "points.py").write_text("import numpy as np\nX = np.array([[-1], [0], [2]], np.float32)\n")
    (tmp_path / "thermometer.py").write_text(RECIPE.replace("EPOCHS", "5"))
    (tmp_path / "plumbline.toml").write_text('recipe = "thermometer.py"\n[limits]\nrms = "50%"\n')
    ended = plumbline(tmp_path, "verify")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1].startswith("PASS thermometer on virtual")
    verdict = json.loads((tmp_path / "build" / "thermometer" / "verdict.json").read_text())
    assert (verdict["command"], verdict["useful"][0]["limits"]["rms"]) == ("plumbline verify", 0.5)
    (tmp_path / "src").mkdir()
    again = plumbline(tmp_path / "src", "convert", "--json")
    assert json.loads(again.stdout)["recipe"] == "thermometer"
    assert "Training" not in again.stderr
    (tmp_path / "thermometer.py").write_text(RECIPE.replace("EPOCHS", "6"))
    trained = plumbline(tmp_path, "train", "thermometer.py", "--quiet")
    assert (trained.returncode, trained.stdout, trained.stderr) == (0, "", "")
    assert json.loads((tmp_path / "build" / "thermometer" / "training.json").read_text())["epochs"] == 6
    table = plumbline(tmp_path, "summary", "--json")
    assert [(each["name"], each["outcome"]) for each in json.loads(table.stdout)] == [("thermometer", "pass")]


def test_a_recipe_that_cannot_be_loaded_or_has_anothers_name_is_said(tmp_path: Path) -> None:
    for name, text, code, said in (
        ("odd.py", "import no_such", 11, "odd.py cannot be loaded: ModuleNotFoundError"),
        ("odd.py", "raise SystemExit", 11, "odd.py cannot be loaded: SystemExit"),
        ("odd.py", RECIPE.replace("from points import X", "X = 1").replace("EPOCHS", "1"), 11, "RECIPE in odd.py is named 'thermometer'"),
        ("linear.py", "", 10, "linear.py has the name of a recipe that comes with Plumbline"),
        ("My Recipe.py", "", 10, "cannot be the name of a recipe"),
    ):
        (tmp_path / name).write_text(text)
        ended = plumbline(tmp_path, "train", name)
        assert (ended.returncode, said in ended.stderr) == (code, True), ended.stderr
        assert ended.stderr.count("error:") == 1
    assert plumbline(tmp_path, "train", "none.py").returncode == 10


def test_a_model_in_a_folder_with_a_name_to_quote_leaves_all_beside_it(tools: None, tmp_path: Path) -> None:
    folder = tmp_path / "it's; a folder (1)"
    folder.mkdir()
    (folder / "net.tflite").write_bytes(write(random_model(np.random.default_rng(1), 1, per_channel=False)))
    ended = plumbline(folder, "verify", "net.tflite", "--quiet", "--board", "virtual", "--engine", "compiled")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("PASS model_net on virtual")
    assert ended.stdout.count("\n") == 1
    assert ended.stderr == ""
    assert sorted(path.name for path in folder.iterdir()) == ["build", "net.tflite"]
    size = json.loads(plumbline(folder, "build", "net.tflite", "--json").stdout)
    assert size["image"] == "build/model_net/pio/virtual/firmware.elf"
    (folder / "net.tflite").write_bytes(b"damaged")
    ended = plumbline(folder, "verify", "net.tflite")
    assert ended.returncode == 21
    assert json.loads((folder / "build" / "model_net" / "verdict.json").read_text())["error"]["name"] == "ModelRefused"
    assert not (folder / "build" / "nett").exists()
    assert plumbline(folder, "verify", "nett").returncode == 10
    assert not (folder / "build" / "nett").exists()
