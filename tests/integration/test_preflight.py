"""What no board can run is refused before the first epoch, in the words of the conversion; the look leaves no mark on what is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common import keras_env
from plumbline.common.errors import ConversionFailed, ModelRefused, PlumblineError
from plumbline.convert.pipeline import convert
from plumbline.convert.preflight import check_layers
from plumbline.training import fit
from plumbline.training.network import build
from plumbline.training.recipe import Data, Recipe
from plumbline.training.recipes.linear import RECIPE

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


def recipe(layers: Callable[[], list[Any]], shape: tuple[int, ...] = (4,), outputs: int = 2) -> Recipe:
    """One epoch on noise."""
    rng = np.random.default_rng(1)
    data = Data(rng.normal(size=(8, *shape)).astype(np.float32), rng.normal(size=(8, outputs)).astype(np.float32))
    changes: dict[str, Any] = {"domain": None, "checkpoints": (), "tolerance": None, "representative": lambda: data.inputs}
    return replace(RECIPE, name="mine", data=lambda: data, layers=layers, epochs=1, **changes)


def dense(activation: str) -> Callable[[], list[Any]]:
    def layers() -> list[Any]:
        import keras

        return [keras.layers.Dense(2, activation=activation, name="bent")]

    return layers


def moving() -> list[Any]:
    import keras

    return [keras.layers.ConvLSTM2D(1, 3, name="moving"), keras.layers.Flatten(), keras.layers.Dense(2)]


def examine(model: Any, inputs: Any) -> bool:
    check_layers(model, inputs, "mine")
    return True


def refusal(found: Recipe, folder: Path, monkeypatch: pytest.MonkeyPatch) -> PlumblineError:
    found.check()
    with monkeypatch.context() as patched:
        patched.setattr(fit, "train", lambda *_: pytest.fail("it was trained"))
        with pytest.raises(PlumblineError) as caught:
            fit.fit(found, folder, print, examine)
    assert list(folder.iterdir()) == []
    return caught.value


def test_an_operator_is_refused_before_training_as_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = recipe(dense("sparsemax"))
    (tmp_path / "early").mkdir()
    early = refusal(found, tmp_path / "early", monkeypatch)
    fit.fit(found.check(), tmp_path / "mine", print)
    with pytest.raises(PlumblineError) as late:
        convert(tmp_path / "mine", print)
    assert (type(early), early.hint) == (type(late.value), late.value.hint)
    assert early.message.replace("recipe mine", str(tmp_path / "mine" / "model.keras")) == late.value.message


def test_what_crashes_the_converter_is_refused_by_its_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = refusal(recipe(moving, (2, 6, 6, 1)), tmp_path, monkeypatch)
    assert isinstance(error, ModelRefused)
    assert error.message.startswith("recipe mine: the ConvLSTM2D layer 'moving' cannot be converted")


def test_what_the_converter_says_itself_becomes_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> bytes:
        raise ValueError("layer x is odd")

    keras_env.start()
    monkeypatch.setattr("plumbline.convert.preflight.quantize", failing)
    found = recipe(dense("relu"))
    with pytest.raises(ConversionFailed, match="refused recipe mine: ValueError: layer x is odd"):
        check_layers(build(found), found.calibration(), "mine")


def test_a_sound_recipe_trains_to_the_same_bits(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name, look in (("with", examine), ("without", None)):
        fit.fit(replace(RECIPE, epochs=20), tmp_path / name, lambda _: None, look)
    assert (tmp_path / "with" / "model.keras").read_bytes() == (tmp_path / "without" / "model.keras").read_bytes()
    assert "quantize" not in capfd.readouterr().err
