"""plumbline.toml: every mistake is named at once, paths lie beside the file, and what is typed counts over what stands there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plumbline.commands.options import Given
from plumbline.common import usage
from plumbline.common.errors import UsageError
from plumbline.pipeline import project
from plumbline.pipeline.project import KEYS, Project


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, of a user who typed `plumbline`."""
    monkeypatch.chdir(tmp_path)
    for name in (usage.TYPED, usage.MODEL, project.ALL_GIVEN):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path


def written(folder: Path, text: str) -> Project:
    (folder / project.FILE).write_text(text)
    return project.find()


def test_without_a_file_nothing_is_said(folder: Path) -> None:
    assert project.find() == Project()


def test_all_that_it_can_say(folder: Path) -> None:
    text = """
    model = "nets/model.keras"
    samples = "inputs.npy"
    board = "virtual"
    engine = "tflm"
    port = "/dev/ttyACM0"
    limits = {agreement = 0.9, rms = "10%"}
    trust = true
    build = "out"
    """
    found = written(folder, text)
    assert found == Project(
        "nets/model.keras", Path("inputs.npy"), "agreement=0.9 rms=10%", True, "virtual", "tflm", None, "/dev/ttyACM0", Path("out")
    )
    assert written(folder, 'recipe = "sine"\nenv = "virtual_tflm"\nlimits = "rms=0.1"') == Project("sine", limits="rms=0.1", env="virtual_tflm")


def test_paths_lie_beside_the_file_wherever_in_the_project_one_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "src" / "deep").mkdir(parents=True)
    monkeypatch.chdir(folder / "src" / "deep")
    found = written(folder, 'model = "model.tflite"\nsamples = "/data/x.npy"')
    assert (found.target, found.samples, found.build) == ("../../model.tflite", Path("/data/x.npy"), Path("../../build"))
    assert written(folder, 'recipe = "own.py"').target == "../../own.py"
    assert written(folder, 'recipe = "linear"').target == "linear"


def test_a_model_of_a_recipe_s_name_is_a_file(folder: Path) -> None:
    (folder / project.FILE).write_text('model = "linear"')
    assert Given().work().target.model == Path("linear")


MISTAKES = [
    ('modle = "x.tflite"', "there is no key modle. Did you mean model?"),
    ("MODEL = 'x'", "there is no key MODEL. Did you mean model?"),
    ("model = 3", "model is 3, and has to be a path, in quotes"),
    ('model = ""', "model is '', and has to be a path, in quotes"),
    ("board = true", "board is True, and has to be a text, in quotes"),
    ('activations = "int4"', "there is no activations int4."),
    ('trust = "yes"', "trust is 'yes', and has to be true or false"),
    ("limits = 0.9", "limits is 0.9, and has to be a table or a text"),
    ("limits = {agrement = 0.9}", "limits: There is no limit 'agrement'. Did you mean agreement?"),
    ('limits = "rms=-1"', "limits: The limit rms=-1 is not a number from 0 up."),
    ("limits = {rms = [1]}", "has to be a table or a text"),
    ('board = "nano33bel"', "there is no board nano33bel. Did you mean nano33ble?"),
    ('engine = "tlfm"', "there is no engine tlfm. Did you mean tflm?"),
    ('env = "virtul"', "there is no env virtul. Did you mean virtual?"),
    ('model = "a.tflite"\nrecipe = "sine"', "model and recipe are both given"),
    ('recipe = "sine"\nsamples = "x.npy"', "samples are given without a model"),
    ('env = "virtual"\nboard = "virtual"', "env names a board and an engine already"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[text for text, _ in MISTAKES])
def test_a_mistake_is_named(text: str, said: str, folder: Path) -> None:
    with pytest.raises(UsageError) as wrong:
        written(folder, text)
    assert said in wrong.value.message
    assert "has one mistake:" in wrong.value.message
    assert wrong.value.hint == f"Keys: {', '.join(KEYS)}."


def test_all_mistakes_are_named_at_once(folder: Path) -> None:
    with pytest.raises(UsageError) as wrong:
        written(folder, 'modle = "x.tflite"\ntrust = 1\nbuild = []\n[limits]\nrmse = 1')
    first, *mistakes = wrong.value.message.splitlines()
    assert first.endswith("plumbline.toml has 4 mistakes:")
    assert [each.split()[0] for each in mistakes] == ["there", "limits:", "trust", "build"]


@pytest.mark.parametrize("raw", [b"model = ", b"model = \xff", b"[[[["])
def test_what_is_no_toml_is_said(raw: bytes, folder: Path) -> None:
    (folder / project.FILE).write_bytes(raw)
    with pytest.raises(UsageError, match=r"plumbline\.toml is no TOML"):
        project.find()


def test_what_is_typed_counts_over_the_file(folder: Path) -> None:
    (folder / project.FILE).write_text(
        'model = "a.keras"\nsamples = "a.npy"\nlimits = "rms=0.1"\ntrust = true\nport = "/dev/a"\nboard = "nano33ble"\nbuild = "out"'
    )
    mine = Given().work()
    assert (mine.name, mine.samples, mine.limits, mine.trust, mine.build) == ("model_a", Path("a.npy"), "rms=0.1", True, Path("out"))
    typed = Given(samples=Path("b.npy"), limits="rms=1", build=Path("there"))
    assert (typed.work().samples, typed.work().limits, typed.results) == (Path("b.npy"), "rms=1", Path("there"))
    assert Given(target="./a.keras").work().samples == Path("a.npy")
    assert (Given().line, Given(port="/dev/b").line) == ("/dev/a", "/dev/b")
    boards = (Given(), Given(engine="compiled"), Given(board="virtual"), Given(env="virtual_tflm"))
    assert [each.environment().env.name for each in boards] == ["nano33ble", "nano33ble_compiled", "virtual", "virtual_tflm"]


def test_what_belongs_to_the_project_s_model_is_not_given_to_another(folder: Path) -> None:
    (folder / project.FILE).write_text('model = "a.keras"\nsamples = "a.npy"\nlimits = "rms=0.1"\ntrust = true\nbuild = "out"')
    other = Given(target="b.keras").work()
    assert (other.name, other.samples, other.limits, other.trust, other.build) == ("model_b", None, None, False, Path("out"))


def test_a_board_alone_is_not_held_to_an_engine(folder: Path) -> None:
    assert not Given(board="nano33ble").environment().demanded
    assert Given(board="nano33ble", engine="tflm").environment().demanded
    (folder / project.FILE).write_text('env = "virtual_tflm"')
    assert (Given().environment().env.name, Given().environment().demanded) == ("virtual_tflm", True)
    assert Given(board="nano33ble").environment().env.name == "nano33ble"


def test_make_and_stages_do_not_read_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / project.FILE).write_text('recipe = "sine"')
    monkeypatch.setenv(usage.TYPED, "make verify")
    assert project.find() == Project()
    monkeypatch.setenv(usage.TYPED, "plumbline verify")
    assert project.find() != Project()
    monkeypatch.setenv(project.ALL_GIVEN, "1")
    assert project.find() == Project()


def test_nothing_given_is_said(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"no plumbline\.toml is here") as nothing:
        Given().work()
    assert "linear" in nothing.value.hint
    assert not list(Path.cwd().iterdir())
    assert os.environ.get(usage.MODEL) is None
