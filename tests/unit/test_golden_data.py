"""references.npz: what one class writes it reads, whatever of it is optional; a damaged file is refused by name, and so is one that does not fit."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common import usage
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.golden_data import FILE, DenseLayer, References, Samples
from plumbline.common.metrics import metric_values
from plumbline.common.quality import Quality
from tests.support.damaged_bytes import damaged
from tests.support.manifests import MANIFEST, int8_end

RNG = np.random.default_rng(1)
OWN = replace(MANIFEST, inputs=(int8_end((1, 3), 3, 0.1, 0),), outputs=(int8_end((1, 2), 2, 0.2, 5),), quality=())
ROWS, SAMPLES, POINTS = 12, 5, 4


def codes(count: int, width: int) -> Any:
    return RNG.integers(-128, 128, (count, width)).astype(np.int8)


def floats(count: int, width: int) -> Any:
    return RNG.normal(size=(count, width)).astype(np.float32)


LEAST = References(
    codes(ROWS, 3), codes(ROWS, 2), floats(ROWS, 2), np.arange(POINTS), 2, floats(POINTS, 2), Samples(np.arange(SAMPLES), floats(SAMPLES, 3))
)
FULL = replace(
    LEAST,
    data=Samples(np.arange(SAMPLES), floats(SAMPLES, 3), floats(SAMPLES, 2), (np.arange(SAMPLES) % 2,)),
    litert=codes(ROWS, 2),
    kinds=np.array([""] * SAMPLES + ["ramp"] * (ROWS - SAMPLES)),
    starts=np.arange(ROWS) % 5 == 0,
    float_product=codes(ROWS, 2),
    parameters=7,
    chain=(DenseLayer(floats(4, 3), floats(1, 4)[0], "relu"), DenseLayer(floats(2, 4), floats(1, 2)[0], "linear")),
)


def same(one: Any, other: Any) -> bool:
    """Equal, arrays by their elements."""
    if isinstance(one, (References, Samples, DenseLayer)):
        return type(one) is type(other) and all(same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return (one is None) == (other is None) and bool(np.array_equal(one, other))


def written(folder: Path, raw: bytes) -> Path:
    (folder / FILE).write_bytes(raw)
    return folder / FILE


@pytest.mark.parametrize("references", [LEAST, FULL], ids=["least", "full"])
def test_what_was_written_is_read(references: References, tmp_path: Path) -> None:
    found = References.load(written(tmp_path, references.to_bytes()), OWN)
    assert same(found, references)
    assert found.to_bytes() == references.to_bytes()


def test_chosen_inputs_are_told_from_samples() -> None:
    assert not LEAST.chosen.any()
    assert FULL.chosen.tolist() == [False] * SAMPLES + [True] * (ROWS - SAMPLES)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"litert": codes(ROWS, 3)}, "litert has shape"),
        ({"kinds": np.array(["ramp"])}, "kinds has shape"),
        ({"samples": np.array([1, 2])}, "the array samples is of type|one number is stored"),
        ({"data": Samples(np.arange(SAMPLES) + ROWS, floats(SAMPLES, 3))}, "do not fit"),
        ({"data": Samples(np.arange(SAMPLES), floats(SAMPLES + 1, 3))}, "do not fit"),
        ({"data": Samples(np.arange(SAMPLES), floats(SAMPLES, 3), floats(SAMPLES, 2), (np.arange(3),))}, "3 targets do not fit"),
        ({"data": Samples(np.arange(SAMPLES), floats(SAMPLES, 3) * np.float32(np.nan))}, "are no numbers"),
        ({"data": None}, "it holds no samples"),
        ({"chain": (DenseLayer(floats(4, 3), floats(1, 3)[0], "relu"),)}, "layer 0 of the float model is no Dense layer"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(ArtefactsDisagree, match=says) as caught:
        References.load(written(tmp_path, replace(FULL, **changes).to_bytes()), OWN)
    assert usage.command("convert", "linear", anew=True) in caught.value.hint


def test_a_damaged_file_is_refused_or_reads_as_it_was(tmp_path: Path) -> None:
    refused = 0
    for each in damaged(FULL.to_bytes(), 400):
        try:
            found = References.load(written(tmp_path, each), OWN)
        except ArtefactsDisagree as error:
            assert FILE in error.message  # noqa: PT017  it counts which of the two happens
            refused += 1
        else:
            assert same(found, FULL)
    assert refused > 250


def test_a_metric_is_that_of_float_expected_codes_and_answers() -> None:
    """By hand: 0.5 a code; the answers are right twice, the expected codes three times, the float model always."""
    expected = np.array([[2, 0], [0, 2], [2, 0], [2, 0]], np.int8)
    answers = np.array([[2, 0], [0, 2], [0, 2], [2, 0]], np.int8)
    wanted = np.array([0, 1, 0, 1])
    data = Samples(np.arange(4), floats(4, 3), np.eye(2, dtype=np.float32)[wanted], (wanted,))
    references = References(codes(4, 3), expected, (expected / 2).astype(np.float32), np.empty(0, np.int64), 0, floats(0, 2), data)
    quality = Quality("accuracy", reach=0.9, int8_may_lose=0.3, steps=1.5)
    found = metric_values(quality, [int8_end((1, 2), 2, 0.5, 0)], references, answers, "the board")
    assert found is not None
    assert (found.count, found.float_value, found.int8_value, found.value, found.steps) == (4, 1.0, 0.75, 0.5, 2.0)
    assert found.missed == (
        "the board reaches accuracy 0.5, 0.5 worse than the float model; at most 0.3 is allowed",
        "the board lies up to 2 output steps from the float model, the recipe allows 1.5",
    )
    assert metric_values(quality, [int8_end((1, 2), 2, 0.5, 0)], replace(references, data=None), answers, "the board") is None
    good = metric_values(replace(quality, steps=None), [int8_end((1, 2), 2, 0.5, 0)], references, expected, "the int8 model")
    assert good is not None
    assert good.missed == ()


TWO = replace(
    OWN, outputs=(int8_end((1, 2), 2, 0.5, 0, "shape"), int8_end((1, 1), 1, 0.25, 0, "place")), quality=(Quality("rmse", 1.0, 0.1, output="place"),)
)


def of_two(*targets: Any) -> References:
    """References of TWO: each output answers 0, the float model half a step less."""
    data = Samples(np.arange(SAMPLES), floats(SAMPLES, 3), np.full((SAMPLES, 3), -0.25, np.float32), targets)
    nothing = np.empty(0, np.int64), 0, floats(0, 3)
    return References(codes(SAMPLES, 3), np.zeros((SAMPLES, 3), np.int8), np.full((SAMPLES, 3), -0.25, np.float32), *nothing, data)


def test_each_output_has_its_own_targets_and_its_own_metric(tmp_path: Path) -> None:
    given = of_two(None, np.full(SAMPLES, 0.75, np.float32))
    found = References.load(written(tmp_path, given.to_bytes()), TWO)
    assert same(found, given)
    answers = np.tile(np.array([9, 9, 4], np.int8), (SAMPLES, 1))
    metric = metric_values(TWO.quality[0], TWO.outputs, found, answers, "the board")
    assert metric is not None
    assert (metric.float_value, metric.int8_value, metric.value, metric.steps) == (1.0, 0.75, 0.25, 5.0)
    far = metric_values(replace(TWO.quality[0], steps=4.0), TWO.outputs, found, answers - 8, "the board")
    assert far is not None
    assert far.missed[0].startswith("output place: the board reaches rmse 1.75")
    assert metric_values(replace(TWO.quality[0], output="shape"), TWO.outputs, found, answers, "the board") is None


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ((np.arange(SAMPLES), None), "holds no test split of output place, but the manifest demands rmse"),
        ((np.arange(SAMPLES), np.zeros(2, np.float32)), "5 and 2 targets do not fit"),
        ((None, np.full(SAMPLES, np.nan, np.float32)), "are no numbers"),
    ],
)
def test_targets_that_an_output_lacks_are_named(targets: tuple[Any, ...], message: str, tmp_path: Path) -> None:
    with pytest.raises(ArtefactsDisagree, match=message):
        References.load(written(tmp_path, of_two(*targets).to_bytes()), TWO)
