"""`plumbline new` writes a recipe and a project that are sound as written, name everything that can be said in them, and replace nothing unasked."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from plumbline import cli
from plumbline.common.errors import UsageError
from plumbline.common.limits import Limits
from plumbline.common.paths import ROOT, recipe_names
from plumbline.common.quality import Quality
from plumbline.pipeline import project
from plumbline.training.recipe import Recipe


def new(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["plumbline", "new", *words])
    assert cli.main() == 0


def loaded(file: Path) -> Recipe:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Recipe = module.RECIPE
    return found


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    new(monkeypatch, tmp_path, "recipe", "motion")
    return tmp_path / "motion.py"


def test_what_was_written_and_what_to_type_next_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new(monkeypatch, tmp_path, "recipe", "motion")
    assert capsys.readouterr().out.splitlines() == ["wrote  motion.py", "next   plumbline verify motion.py"]
    new(monkeypatch, tmp_path, "recipe", "other", "--quiet")
    assert capsys.readouterr().out == ""


def test_a_written_recipe_is_sound(written: Path) -> None:
    recipe = loaded(written).check()
    assert recipe.name == "motion"
    assert recipe.test is not None
    assert len(recipe.test().inputs) == 120


def test_its_comments_name_every_field_that_a_user_may_set(written: Path) -> None:
    lines = [line.strip() for line in written.read_text().splitlines()]
    for kind in (Recipe, Quality, Limits):
        for field in fields(kind):
            found = [at for at, line in enumerate(lines) if re.match(rf"(# )?{field.name}=", line)]
            assert found, f"{kind.__name__}.{field.name}"
            assert lines[found[0] - 1].startswith("# "), f"{kind.__name__}.{field.name} has no comment"
    for field in fields(Limits):
        assert f"{field.name}={field.default}," in lines


def test_what_is_commented_out_may_be_said(written: Path) -> None:
    text = written.read_text()
    scalar = {"representative": None, "domain": (-10.0, 10.0), "checkpoints": (5.0,)}
    said = re.sub(r"^( +)# (tolerance|steps(?==3)|baselines|domain|checkpoints|noted)=", r"\1\2=", text, flags=re.MULTILINE)
    assert said.count("# ") == text.count("# ") - 6
    written.write_text(said.replace("    representative=lambda: splits()[0].inputs,\n", ""))
    recipe = loaded(written)
    assert {name: getattr(recipe, name) for name in scalar} == scalar
    assert (recipe.tolerance, recipe.qualities[0].steps) == (0.1, 3.0)


def test_it_is_formatted_as_the_project_is(written: Path) -> None:
    for command in (["check"], ["format", "--check"]):
        ended = subprocess.run([sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), str(written)], capture_output=True)
        assert ended.returncode == 0, ended.stdout.decode()


@pytest.mark.parametrize("name", ["Motion", "2nd", "my-recipe", "", "model_kws", "a/b", "größe"])
def test_a_name_that_cannot_be_a_recipes_is_refused_with_one_that_can(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a recipe") as caught:
        new(monkeypatch, tmp_path, "recipe", name)
    suggested = re.findall(r"`plumbline new recipe (\w+)`", caught.value.hint)
    assert list(tmp_path.iterdir()) == []
    new(monkeypatch, tmp_path, "recipe", *suggested)


@pytest.mark.parametrize("name", recipe_names())
def test_the_names_of_plumblines_own_recipes_are_taken(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="comes with Plumbline"):
        new(monkeypatch, tmp_path, "recipe", name)


def test_a_recipe_needs_a_name_and_no_board(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no name"):
        new(monkeypatch, tmp_path, "recipe")
    with pytest.raises(UsageError, match="has no model, samples, board or engine"):
        new(monkeypatch, tmp_path, "recipe", "motion", "--board", "nano33ble")


def test_what_is_not_said_is_asked_for_on_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Choose from: recipe, project") as caught:
        new(monkeypatch, tmp_path)
    assert "\n" not in caught.value.message


def test_nothing_is_replaced_unasked(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written.write_text("mine")
    with pytest.raises(UsageError, match=r"motion\.py is there already; nothing was written"):
        new(monkeypatch, written.parent, "recipe", "motion")
    assert written.read_text() == "mine"
    new(monkeypatch, written.parent, "recipe", "--force", "motion")
    assert loaded(written).name == "motion"


def test_a_project_is_written_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "plumbline.toml").write_text("mine")
    (tmp_path / "recipe_place").mkdir()
    with pytest.raises(UsageError, match=r"^plumbline\.toml is there already"):
        new(monkeypatch, tmp_path, "project")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plumbline.toml", "recipe_place"]


def test_a_projects_file_is_read_as_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new(monkeypatch, tmp_path, "project", "My Sensor", "--board", "nano33ble", "--engine", "compiled")
    assert capsys.readouterr().out.splitlines()[-1] == "next   cd 'My Sensor'; plumbline verify"
    folder = tmp_path / "My Sensor"
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "my_sensor.py", "plumbline.toml"]
    loaded(folder / "my_sensor.py").check()
    monkeypatch.chdir(folder)
    found = project.find()
    assert (found.target, found.board, found.engine) == ("my_sensor.py", "nano33ble", "compiled")


def test_it_names_every_key_and_what_is_commented_out_may_be_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    new(monkeypatch, tmp_path, "project", "plain")
    monkeypatch.chdir(tmp_path / "plain")
    file = tmp_path / "plain" / "plumbline.toml"
    text = file.read_text()
    file.write_text(re.sub(r"^# (port|limits|build|activations) =", r"\1 =", text, flags=re.MULTILINE))
    found = project.find()
    assert Limits.parse(found.limits or "") == Limits()
    assert found.port
    (tmp_path / "plain" / "net.keras").touch()
    new(monkeypatch, tmp_path / "plain", "project", "--force", "--model", "net.keras")
    both = text + file.read_text()
    assert [key for key in project.KEYS if not re.search(rf"^(# )?{key} =", both, re.MULTILINE)] == ["env"]  # board and engine say it


def test_a_project_around_a_model_names_its_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("models/net.keras", "inputs.npz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    new(monkeypatch, tmp_path, "project", "models", "--model", "models/net.keras", "--samples", "inputs.npz", "--json")
    assert json.loads(capsys.readouterr().out) == ["models/plumbline.toml", "models/.gitignore"]
    monkeypatch.chdir(tmp_path / "models")
    found = project.find()
    assert found.target == "./net.keras"
    assert found.samples == tmp_path / "inputs.npz"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--model", "none.keras"), "There is no file none.keras"),
        (("--model", "net.onnx"), "net.onnx is no model"),
        (("--samples", "inputs.npy"), "--samples is given without --model"),
        (("--board", "nano"), "There is no board 'nano'"),
    ],
)
def test_a_project_that_could_not_work_is_refused(words: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "net.onnx").touch()
    with pytest.raises(UsageError, match=message):
        new(monkeypatch, tmp_path, "project", "new", *words)
    assert not (tmp_path / "new").exists()


def test_what_a_field_of_a_recipe_needs_is_what_the_recipe_gives(written: Path) -> None:
    recipe: Any = loaded(written)
    for field in fields(Recipe):
        if field.default is MISSING and field.default_factory is MISSING:
            assert getattr(recipe, field.name) is not None
