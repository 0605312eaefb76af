"""What a layer is told to do whose values lie beyond its range, for each way in which the model came."""

from __future__ import annotations

import numpy as np
import pytest

from plumbline.common.rows import values_of
from plumbline.common.way import Way, came_as
from plumbline.convert.explain.causes import Seen, advise, parts
from plumbline.convert.model.graph import Operator, Quantization, Tensor

TENSOR = Tensor(1, "layer/out", "INT8", (1, 4), Quantization((0.5,), (0,), 0), None)


def seen(values: list[float]) -> Seen:
    exact = np.array([values], np.float32)
    return Seen(Operator("ADD", 1, (), (TENSOR,), None), TENSOR, values_of(exact, TENSOR), exact, exact)


def test_the_error_of_values_beyond_the_range_is_clipping() -> None:
    found = parts(seen([0.2, 10.0, 200.0, -63.0]))
    assert found.outside == 0.25
    assert found.clipping > 0.99
    assert parts(seen([0.2, 10.0, 63.0, -63.0])).outside == 0


@pytest.mark.parametrize(("way", "says"), [(Way.RECIPE, "the recipe's `representative`"), (Way.KERAS, "--samples"), (Way.TFLITE, "convert it anew")])
def test_the_hint_fits_the_way_the_model_came(way: Way, says: str) -> None:
    with came_as(way):
        advice = advise(seen([0.2, 10.0, 200.0, -63.0]))
    assert advice.startswith("25.0% of its values saturate: calibration saw [-64, 63.5], these samples reach [-63, 200]: ")
    assert says in advice


def test_what_an_int16_layer_holds_is_not_beyond_its_range() -> None:
    wide = Tensor(1, "layer/out", "INT16", (1, 4), Quantization((0.5,), (0,), 0), None)
    exact = np.array([[0.2, 10.0, 200.0, -1000.0]], np.float32)
    found = parts(Seen(Operator("ADD", 1, (), (wide,), None), wide, values_of(exact, wide), exact, exact))
    assert (found.outside, found.clipping) == (0, 0)
