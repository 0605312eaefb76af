"""`make explain` of a recipe whose conversion was refused: then it is needed most."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.makes import make

STRICT = """
import numpy as np
from plumbline.common.quality import Quality
from plumbline.training.recipe import Data, Recipe
from plumbline.training.recipes.linear import data, layers, optimizer

def test() -> Data:
    x = np.array([[0.03], [1.57]], np.float32)
    return Data(inputs=x, targets=2 * x - 1)

demanded = Quality("rmse", reach=100.0, int8_may_lose=100.0, steps=1e-9)
RECIPE = Recipe("strict", data, layers, optimizer, "mean_squared_error", epochs=1, seed=1, domain=(-12.8, 12.7), test=test, quality=demanded)
"""
"""A recipe that no int8 model satisfies."""


@pytest.mark.slow
def test_a_recipe_that_is_refused_for_what_int8_loses_is_explained(checkout: Path) -> None:
    (checkout / "training" / "recipes" / "strict.py").write_text(STRICT)
    try:
        ended = make(checkout, "explain", "RECIPE=strict")
    finally:
        (checkout / "training" / "recipes" / "strict.py").unlink()
    assert "the recipe allows 1e-09" in ended.stderr
    assert ended.returncode == 0, ended.stderr
    assert "dense" in ended.stdout
    assert not (checkout / "build" / "strict" / "model.tflite").exists()
