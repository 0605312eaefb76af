"""A recipe that contradicts itself is refused before anything is trained, with a message that names the numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import plumbline.training.recipes
from plumbline.common.errors import BadRecipe, EspeakMissing, UnknownRecipe
from plumbline.common.limits import Limits
from plumbline.common.quality import Quality
from plumbline.common.recipe_needs import needs_of
from plumbline.training.data_check import SPARSE
from plumbline.training.recipe import Data, Recipe, find, names
from plumbline.training.recipes.linear import RECIPE


def data(inputs: Any, targets: Any) -> Any:
    return lambda: Data(np.asarray(inputs), np.asarray(targets))


X = np.zeros((2, 1), np.float32)
RMSE = Quality("rmse", reach=1.0, int8_may_lose=0.1)
GRID = np.zeros((4, 8, 8, 1), np.float32)

WINDOWS = {"data": data(GRID, X[[0, 0, 0, 0]]), "domain": None, "checkpoints": (), "representative": lambda: GRID, "streamed": list}

BAD: list[tuple[dict[str, Any], str]] = [
    ({"domain": (-1.0, 4.0)}, "does not hold x = 10"),
    ({"domain": (-0.5, 12.0)}, "does not hold x = -1"),
    ({"domain": (4.0, -4.0)}, r"domain \[4.0, -4.0\]"),
    ({"domain": (1.0, 1.0)}, r"domain \[1.0, 1.0\]"),
    ({"domain": (float("nan"), 4.0)}, "nan"),
    ({"domain": (-1e10, 1e10)}, r"domain \[-10000000000.0"),
    ({"domain": None}, "exactly one of domain and representative"),
    ({"representative": lambda: X}, "exactly one of domain and representative"),
    ({"tolerance": 0.0}, "tolerance of 0.0"),
    ({"tolerance": float("nan")}, "tolerance of nan"),
    ({"epochs": 0}, "0 epochs"),
    ({"name": "Linear!"}, "named 'Linear!'"),
    ({"data": data(X, X[:1])}, "2 inputs and 1 targets"),
    ({"data": data(X[:0], X[:0])}, "0 inputs"),
    ({"data": data(X.astype(np.float64), X)}, "float64"),
    ({"data": data(X, np.array([[1], [np.nan]], np.float32))}, "targets that are NaN"),
    ({"data": data(GRID, X[[0, 0, 0, 0]])}, r"shape \(8, 8, 1\)"),
    ({"data": data(GRID, GRID), "domain": None, "checkpoints": (), "representative": lambda: GRID[:, :4]}, r"shape \(8, 8, 1\) and calibrates"),
    ({"data": data(GRID, GRID), "domain": None, "representative": lambda: GRID}, "checkpoints but no domain"),
    ({"batch_size": 0}, "batches of 0"),
    ({"batch_size": 7}, "batches of 7 of its 6 points"),
    ({"loss": SPARSE}, "targets of type float32"),
    ({"quality": RMSE}, "holds back no test split"),
    ({"test": data(X, X), "quality": replace(RMSE, reach=-1.0)}, "demands rmse -1.0"),
    ({"test": data(X, X), "quality": replace(RMSE, int8_may_lose=-0.1)}, "int8 lose -0.1"),
    ({"test": data(X, X[:1])}, "2 test inputs and 1 test targets"),
    ({"test": data(GRID, GRID)}, r"tests on \(8, 8, 1\)"),
    ({"test": data(X + 13, X)}, "tests x from 13 to 13"),
    ({"test": data(X * np.float32(np.nan), X)}, "test inputs that are NaN"),
    ({"steps": 2}, "only one of streamed and steps"),
    ({"streamed": list}, "only one of streamed and steps"),
    ({"streamed": list, "steps": 0}, "brings 0 new steps"),
    ({"streamed": list, "steps": 1}, "steps and a domain"),
    (WINDOWS | {"steps": 3}, r"windows of shape \(8, 8, 1\) and brings 3 new steps"),
    (WINDOWS | {"steps": 2, "data": data(GRID, GRID)}, r"targets of shape \(8, 8, 1\) for a window"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[message for _, message in BAD])
def test_contradictions_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRecipe, match=message) as caught:
        replace(RECIPE, **change).check()
    assert caught.value.hint


MISTYPED: list[tuple[dict[str, Any], str]] = [
    ({"epochs": "500"}, "trains for '500' epochs"),
    ({"epochs": True}, "trains for True epochs"),
    ({"seed": -1}, "the seed -1"),
    ({"loss": None}, "the loss None"),
    ({"name": "größe"}, "named 'größe'"),
    ({"batch_size": 2.0}, r"batches of 2\.0"),
    ({"checkpoints": 10.0}, r"the checkpoints 10\.0"),
    ({"checkpoints": ("10",)}, "the checkpoints"),
    ({"domain": 12.0}, r"the domain 12\.0"),
    ({"tolerance": "0.1"}, "tolerance of '0.1'"),
    ({"limits": 0.9}, "limits that are a float"),
    ({"limits": Limits(agreement=7)}, "limits that make no sense: The limit agreement=7"),
    ({"test": data(X, X), "quality": "rmse"}, "a quality that is a str"),
    ({"layers": []}, "layers that is a list"),
    ({"data": None}, "data that is None"),
    ({"data": lambda: [1, 2]}, "inputs that are None"),
    ({"data": lambda: Data([[1.0]], 3)}, "inputs that are a list"),
    ({"data": data(np.array([["a"]]), X[:1])}, "inputs of type <U1"),
    ({"data": lambda: 1 / 0}, "cannot make its data: ZeroDivisionError: division by zero"),
    ({"domain": None, "checkpoints": (), "representative": lambda: [1.0]}, "calibrates on a list"),
    ({"domain": None, "checkpoints": (), "representative": lambda: np.load("none.npy")}, "cannot make its representative inputs: FileNotFound"),
]


@pytest.mark.parametrize(("change", "message"), MISTYPED, ids=[message for _, message in MISTYPED])
def test_a_field_of_another_kind_is_named_without_a_traceback(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRecipe, match=message):
        replace(RECIPE, **change).check()


def test_all_mistakes_are_said_at_once() -> None:
    wrong = {"name": "Linear!", "epochs": 0, "batch_size": 7, "tolerance": 0.0, "domain": (-0.5, 3.0), "quality": Quality("f1", 1.0, 0.1)}  # type: ignore[arg-type]
    with pytest.raises(BadRecipe) as caught:
        replace(RECIPE, **wrong).check()  # type: ignore[arg-type]
    first, *lines = caught.value.message.splitlines()
    assert first == "Recipe Linear! has 7 mistakes:"
    assert len(lines) == 7
    told = ("named 'Linear!'", "0 epochs", "tolerance of 0.0", "batches of 7", "x = -1 nor 2 more", "no test split", "measures 'f1'")
    assert [line for line, part in zip(lines, told, strict=True) if part not in line or not line.startswith("- It ")] == []


def test_a_mistake_is_not_said_again_by_what_follows_from_it() -> None:
    with pytest.raises(BadRecipe) as caught:
        replace(RECIPE, data=lambda: Data(X * np.float32(np.nan), X), batch_size=9, domain=(5.0, 6.0), checkpoints=()).check()
    assert caught.value.message == "Recipe linear has inputs that are NaN or infinite."


def test_a_program_that_data_needs_is_no_mistake_of_the_recipe() -> None:
    def data() -> Data:
        raise EspeakMissing("There is no espeak-ng.")

    with pytest.raises(EspeakMissing):
        replace(RECIPE, data=data).check()


def test_inputs_of_any_shape_are_accepted_with_representative_data() -> None:
    recipe = replace(RECIPE, data=data(GRID, GRID), domain=None, checkpoints=(), representative=lambda: GRID).check()
    assert recipe.sample_points() == ()
    assert recipe.calibration()[0].shape == GRID.shape


def test_every_recipe_of_the_folder_is_sound() -> None:
    """Those that need a program of their own to make their data are checked in their own tests."""
    ready = [name for name in names() if not needs_of(name)]
    assert "linear" in ready
    assert [find(name).name for name in ready] == ready


def test_an_unknown_name_lists_what_exists() -> None:
    with pytest.raises(UnknownRecipe, match="'circular'") as caught:
        find("circular")
    assert "linear" in caught.value.hint


def test_the_calibration_reaches_both_ends_of_the_domain() -> None:
    (calibration,) = RECIPE.calibration()
    assert (calibration.min(), calibration.max()) == (np.float32(-12.8), np.float32(12.7))


def test_the_sample_points_are_the_training_points_then_the_checkpoints() -> None:
    assert isinstance(RECIPE, Recipe)
    assert RECIPE.sample_points() == (-1, 0, 1, 2, 3, 4, 10)


def test_a_recipe_that_cannot_be_loaded_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "short.py").write_text("from plumbline.training.recipe import Recipe\nRECIPE = Recipe(name='short', epoch=3)\n")
    monkeypatch.setattr(plumbline.training.recipes, "__path__", [str(tmp_path)])
    with pytest.raises(BadRecipe, match=r"broken.py cannot be loaded: ZeroDivisionError"):
        find("broken")
    with pytest.raises(BadRecipe, match=r"empty.py does not define RECIPE"):
        find("empty")
    with pytest.raises(BadRecipe, match=r"short.py cannot be loaded: TypeError: .*'epoch'") as caught:
        find("short")
    assert caught.value.hint.startswith("A recipe needs name, data, layers, optimizer, loss, epochs, seed; it may have tolerance, domain")


SHAPES, PLACES = np.array([0, 1, 2, 0], np.int32), np.zeros((4, 2), np.float32)
BOTH = {"shape": SHAPES, "place": PLACES}
SEVERAL = Recipe(
    name="several",
    data=lambda: Data({"picture": GRID, "gain": GRID[:, 0, 0]}, BOTH),
    layers=lambda picture, gain: {},
    optimizer=lambda: None,
    loss={"shape": SPARSE, "place": "mean_squared_error"},
    loss_weights={"place": 0.5},
    epochs=1,
    seed=1,
    representative=lambda: {"gain": GRID[:, 0, 0], "picture": GRID},
    test=lambda: Data({"gain": GRID[:, 0, 0], "picture": GRID}, {"place": PLACES, "shape": SHAPES}),
    quality={"place": RMSE},
)
"""Two inputs and two outputs, told in another order where that must not matter."""


def test_several_inputs_and_outputs_come_in_the_order_of_the_data() -> None:
    dataset = SEVERAL.check().dataset()
    assert (dataset.declared.inputs, dataset.declared.outputs) == (("picture", "gain"), ("shape", "place"))
    assert [each.shape for each in dataset.calibration] == [GRID.shape, (4, 1)]
    assert dataset.test is not None
    assert list(dataset.test.by_input) == ["picture", "gain"]
    assert list(dataset.test.by_output) == ["shape", "place"]
    assert [(each.output, each.kind) for each in dataset.declared.quality] == [("place", "rmse")]


def inputs_and(**targets: Any) -> Any:
    return lambda: Data({"picture": GRID, "gain": GRID[:, 0, 0]}, targets)


MISMATCHED: list[tuple[dict[str, Any], str]] = [
    ({"data": inputs_and(shape=SHAPES[:3], place=PLACES)}, "4 inputs picture and 4 inputs gain and 3 targets shape and 4 targets place"),
    ({"data": inputs_and(shape=SHAPES.astype(np.float32), place=PLACES)}, "targets shape of type float32 and shape"),
    ({"data": inputs_and(shape=SHAPES, place=[1, 2, 3, 4])}, "targets place that are a list"),
    ({"data": inputs_and(shape=SHAPES)}, "targets that are a dictionary of 1"),
    ({"data": inputs_and(**{"shape": SHAPES, "the place": PLACES})}, "targets called 'the place'"),
    ({"test": lambda: Data({"picture": GRID, "gain": GRID[:, 0, 0]}, SHAPES)}, "trains on shape and place and tests on one"),
    ({"test": inputs_and(shape=SHAPES, place=PLACES[:, :1])}, r"\(\) and \(2,\) and tests on .* \(\) and \(1,\)"),
    ({"loss": {"shape": SPARSE}}, "a loss missing for place"),
    ({"loss": {"shape": SPARSE, "plaec": "mean_squared_error"}}, "a loss for plaec, which no output is called"),
    ({"loss": "mean_squared_error"}, "a loss that says no output"),
    ({"loss": {"shape": SPARSE, "place": 3}}, "the loss place: 3"),
    ({"loss_weights": {"place": 0.0}}, "the loss of place the weight 0.0"),
    ({"loss_weights": {"angle": 1.0}}, "a weight of the loss for angle"),
    ({"quality": {"angle": RMSE}}, "a quality for angle"),
    ({"quality": RMSE}, "a quality that says no output"),
    ({"quality": {"place": replace(RMSE, reach=-1.0)}}, "demands rmse -1.0 of place"),
    ({"representative": lambda: GRID}, "trains on picture and gain and calibrates on one input"),
    ({"representative": lambda: {"picture": GRID, "gain": GRID[:2, 0, 0]}}, "calibrates on 2 and 4 inputs"),
    ({"domain": (0.0, 1.0), "representative": None}, "declares a domain, but has the inputs picture, gain"),
]


@pytest.mark.parametrize(("change", "message"), MISMATCHED, ids=[message for _, message in MISMATCHED])
def test_what_is_told_of_several_has_to_fit(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRecipe, match=message):
        replace(SEVERAL, **change).check()


def test_names_that_no_output_has_are_all_said_at_once() -> None:
    wrong: dict[str, Any] = {
        "loss": {"shape": SPARSE},
        "loss_weights": {"size": 2.0},
        "quality": {"angle": RMSE},
        "test": inputs_and(place=PLACES, kind=SHAPES),
    }
    with pytest.raises(BadRecipe) as caught:
        replace(SEVERAL, **wrong).check()
    assert caught.value.message.startswith("Recipe several has 4 mistakes:")
