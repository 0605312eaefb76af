"""The compiled loop lands on model.fit's weights bit for bit, gradient descent by hand lands there too, and what is saved says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common import keras_env
from plumbline.common.dataset import FILE, Dataset
from plumbline.common.errors import BadRecipe, QualityMissed, TrainingDiverged
from plumbline.common.paths import ROOT
from plumbline.common.quality import Quality
from plumbline.convert.importers.keras.load import examined
from plumbline.learn.descent import descend, rates
from plumbline.training.data_check import SPARSE
from plumbline.training.fit import fit, train
from plumbline.training.network import build
from plumbline.training.recipe import Data, names
from plumbline.training.recipes.linear import RECIPE
from plumbline.training.streaming import check_alike, for_board

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tensorflow")]


@pytest.fixture(scope="module")
def keras() -> Any:
    keras_env.start()
    import keras

    return keras


def bits(model: Any) -> list[bytes]:
    return [weight.tobytes() for weight in model.get_weights()]


def test_the_compiled_loop_lands_on_the_weights_of_model_fit(keras: Any) -> None:
    recipe = replace(RECIPE, epochs=120)  # of which `model.fit` takes 0.1 s each
    ours = train(recipe, build(recipe)).model
    theirs = build(recipe)
    start = bits(theirs)
    theirs.compile(RECIPE.optimizer(), RECIPE.loss)
    points = RECIPE.data()
    theirs.fit(points.inputs, points.targets, epochs=recipe.epochs, batch_size=len(points.inputs), verbose=0)
    assert bits(ours) == bits(theirs)
    assert bits(ours) != start


def test_descent_by_hand_takes_the_same_steps_as_keras(keras: Any) -> None:
    model = build(RECIPE)
    kernel, bias = (weight.ravel()[0] for weight in model.get_weights())
    points = RECIPE.data()
    x, y = points.inputs.ravel(), points.targets.ravel()
    for steps in (1, 2, 100, 500):
        trained = train(replace(RECIPE, epochs=steps), build(RECIPE)).model
        line = descend(x, y, kernel, bias, rates("constant", 0.01, steps, 1))
        assert [line.w[-1].tobytes(), line.b[-1].tobytes()] == bits(trained), f"after {steps} steps"


def test_descent_by_hand_records_keras_losses(keras: Any) -> None:
    kernel, bias = (weight.ravel()[0] for weight in build(RECIPE).get_weights())
    points = RECIPE.data()
    line = descend(points.inputs.ravel(), points.targets.ravel(), kernel, bias, rates("constant", 0.01, RECIPE.epochs, 1))
    np.testing.assert_allclose(line.loss[:-1], train(RECIPE, build(RECIPE)).loss, rtol=1e-5)


def test_the_number_of_epochs_need_not_divide_into_chunks(keras: Any) -> None:
    assert len(train(replace(RECIPE, epochs=503), build(RECIPE)).loss) == 503


def test_a_learning_rate_that_is_too_high_is_reported_and_leaves_nothing(keras: Any, tmp_path: Path) -> None:
    wild = replace(RECIPE, optimizer=lambda: keras.optimizers.SGD(learning_rate=10.0))
    with pytest.raises(TrainingDiverged, match=r"epoch \d+ is (inf|nan)"):
        fit(wild, tmp_path / "linear", print)
    assert not list(tmp_path.rglob("*"))


def test_layers_that_answer_another_shape_are_refused(keras: Any, tmp_path: Path) -> None:
    wide = replace(RECIPE, layers=lambda: [keras.layers.Dense(3, name="dense")])
    with pytest.raises(BadRecipe, match=r"targets of shape \(1,\), but its model answers \(3,\)"):
        fit(wide, tmp_path / "linear", print)
    impossible = replace(RECIPE, layers=lambda: [keras.layers.Conv2D(3, 3, name="conv")])
    with pytest.raises(BadRecipe, match="layers Keras refuses"):
        fit(impossible, tmp_path / "linear", print)


def run(build_folder: Path, *extra: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plumbline", "train", "linear", "--only", "--build", str(build_folder), *extra]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "120"})


def test_two_processes_write_the_same_bytes_and_a_readable_report(tmp_path: Path) -> None:
    first, second = run(tmp_path / "a"), run(tmp_path / "b")
    assert first.returncode == 0, first.stderr
    folders = [tmp_path / name / "linear" for name in ("a", "b")]
    for name in ("model.keras", FILE, "training.json", "loss.png"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    assert sorted(path.name for path in folders[0].iterdir()) == [".layers", FILE, "loss.png", "model.keras", "training.json"]
    assert first.stdout == second.stdout
    assert "w = 1.9969   b = -0.9903" in first.stdout
    assert "predict(10) = 18.98" in first.stdout
    told = ("Starting TensorFlow", "Trying the layers of linear", "Training linear")
    assert all(line.startswith(told) for line in first.stderr.splitlines()), first.stderr
    content = json.loads((folders[0] / "training.json").read_text())
    assert [len(content["loss"]), content["epochs"]] == [500, 500]
    last = content["noted"][-1]
    assert np.float32(last["w"]) == np.float32(float.fromhex(content["weights"][0]["hex"][0]))
    assert content["loss"][-1] < 1e-4 < content["loss"][0]
    assert [each["epoch"] for each in content["noted"]] == list(range(0, 501, 10))
    assert [content["curve"][axis][-1] for axis in ("x", "y")] == [12.7, pytest.approx(12.7 * last["w"] + last["b"])]
    assert {"tensorflow", "keras", "numpy", "python"} <= set(content["versions"])


def test_the_saved_model_answers_like_the_trained_one(keras: Any, tmp_path: Path) -> None:
    fit(RECIPE, tmp_path, print)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert bits(loaded) == bits(train(RECIPE, build(RECIPE)).model)


def test_a_lambda_is_saved_as_the_graph_that_it_computes(keras: Any, tmp_path: Path) -> None:
    """No file of a recipe holds Python code, wherever the Lambda stands; it answers as Keras's own Lambda does."""
    scale = 4.0

    def layers() -> list[Any]:
        kinds = keras.layers
        return [
            kinds.Lambda(lambda x, by: x / by, arguments={"by": scale}, name="scaled"),
            kinds.Dense(3, "relu", name="hidden"),
            kinds.Lambda(lambda x: keras.ops.maximum(x, 0.5) - scale, name="cut"),
            kinds.Dense(1, name="dense"),
        ]

    recipe = replace(RECIPE, layers=layers, epochs=5, noted=None)
    fit(recipe, tmp_path, lambda _: None)
    saved = keras.models.load_model(examined(tmp_path / "model.keras", trust=False).path)
    plain = keras.Sequential([keras.Input((1,)), *layers()])
    plain.set_weights(saved.get_weights())
    (x,) = recipe.calibration()
    np.testing.assert_array_equal(saved(x), plain(x))
    assert [layer.name for layer in saved.layers] == ["scaled", "hidden", "cut", "dense"]


def test_a_lambda_that_keras_cannot_follow_is_refused_before_training(keras: Any, tmp_path: Path) -> None:
    def layers() -> list[Any]:
        return [keras.layers.Lambda(lambda x: x if float(x[0, 0]) > 0 else -x, name="turned"), keras.layers.Dense(1)]

    with pytest.raises(BadRecipe, match=r"has the Lambda 'turned', which Keras cannot follow") as caught:
        fit(replace(RECIPE, layers=layers), tmp_path / "linear", print)
    assert "keras.ops" in caught.value.hint
    assert not list(tmp_path.rglob("*"))


def test_what_the_conversion_asks_for_is_left_beside_the_model(keras: Any, tmp_path: Path) -> None:
    recipe = replace(RECIPE, epochs=2, test=RECIPE.data)
    fit(recipe, tmp_path, lambda _: None)
    assert (tmp_path / FILE).read_bytes() == recipe.dataset().to_bytes()
    assert Dataset.load(tmp_path / FILE).declared == recipe.declared


def test_an_unknown_recipe_ends_in_one_message_without_importing_tensorflow(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "plumbline", "train", "circular", "--only", "--build", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert done.returncode == 10
    assert lines == ["error: There is no recipe 'circular'.", f"hint:  Recipes: {', '.join(names())}. Each is a file in training/recipes/."]
    assert "tensorflow" not in done.stderr


def test_batches_are_shuffled_by_the_seed_alone(keras: Any) -> None:
    batched = replace(RECIPE, batch_size=4, epochs=7)
    first, again, other = (train(each, build(RECIPE)) for each in (batched, batched, replace(batched, seed=2)))
    assert bits(first.model) == bits(again.model)
    assert first.loss.tobytes() == again.loss.tobytes()
    assert bits(first.model) != bits(other.model)
    assert len(first.loss) == 7


def test_one_batch_of_all_points_steps_like_all_at_once(keras: Any) -> None:
    together, batched = (train(replace(RECIPE, batch_size=size, epochs=20), build(RECIPE)) for size in (None, 6))
    np.testing.assert_allclose(batched.loss, together.loss, rtol=1e-5)


def test_a_model_that_misses_its_quality_is_reported_and_leaves_nothing(keras: Any, tmp_path: Path) -> None:
    strict = replace(RECIPE, epochs=3, test=RECIPE.data, quality=Quality("rmse", reach=0.001, int8_may_lose=0.1))
    with pytest.raises(QualityMissed, match=r"the float model reaches rmse .*, the recipe demands 0\.001"):
        fit(strict, tmp_path / "linear", print)
    assert not list(tmp_path.rglob("*"))


def test_the_test_split_is_reported(keras: Any, tmp_path: Path) -> None:
    lines: list[str] = []
    fit(replace(RECIPE, test=RECIPE.data, quality=Quality("rmse", reach=0.1, int8_may_lose=0.1)), tmp_path, lines.append)
    content = json.loads((tmp_path / "training.json").read_text())
    assert content["splits"]["test"] == content["splits"]["train"]
    assert content["splits"]["test"]["rmse"] < 0.1
    assert content["test_loss"][-1]["epoch"] == 500
    assert any(line.startswith("  test ") for line in lines)


def test_streamed_layers_have_to_answer_as_those_that_are_trained(keras: Any) -> None:
    from plumbline.common.ring import Ring

    layers, windows = keras.layers, np.random.default_rng(1).normal(size=(4, 8, 2)).astype(np.float32)
    data = Data(windows, windows[:, -1])

    def network(*rings: int, width: int = 2) -> list[Any]:
        kept = [Ring(each, name=f"ring_{place}") for place, each in enumerate(rings)]
        return [*kept[:1], layers.Conv1D(3, 3, name="conv"), *kept[1:], layers.Flatten(name="flat"), layers.Dense(width, name="answer")]

    fields: dict[str, Any] = {"domain": None, "checkpoints": (), "representative": lambda: windows, "test": None, "noted": None, "steps": 1}
    recipe = replace(RECIPE, data=lambda: data, layers=network, streamed=lambda: network(2, 5), **fields).check()
    trained = build(recipe)
    check_alike(recipe, trained, for_board(recipe, trained))
    too_long = replace(recipe, streamed=lambda: network(3, 4))
    with pytest.raises(BadRecipe, match="streams otherwise than it trains"):
        check_alike(too_long, trained, for_board(too_long, trained))
    with pytest.raises(BadRecipe, match="do not continue those it trains"):
        for_board(replace(recipe, streamed=lambda: network(2, 5, width=1)), trained)


def test_more_classes_than_answers_are_refused(keras: Any, tmp_path: Path) -> None:
    labelled = replace(RECIPE, loss=SPARSE, data=lambda: replace(RECIPE.data(), targets=np.arange(6)))
    with pytest.raises(BadRecipe, match=r"has 6 classes, but its model answers \(1,\)"):
        fit(labelled, tmp_path, print)


def test_as_many_names_as_answers_are_demanded(keras: Any, tmp_path: Path) -> None:
    named = replace(RECIPE, test=RECIPE.data, quality=Quality("accuracy", reach=0.0, int8_may_lose=1.0, classes=("yes", "no")))
    with pytest.raises(BadRecipe, match=r"names 2 classes, but its model answers \(1,\)"):
        fit(named, tmp_path, print)
