"""dataset.npz carries a recipe from its training to its conversion: nothing is lost, and a damaged one is refused by name."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common import documents, usage
from plumbline.common.arrays import npz_bytes
from plumbline.common.dataset import FILE, Data, Dataset, Declared
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.limits import Limits
from plumbline.common.quality import Quality
from plumbline.training.recipes.linear import RECIPE
from tests.support.damaged_bytes import damaged

RNG = np.random.default_rng(1)
QUALITY = Quality("accuracy", reach=0.9, int8_may_lose=0.01, steps=2.5, baselines={"guessing": 0.1}, classes=("yes", "no"))
FULL = Dataset(
    Declared("words", tolerance=0.1, quality=(QUALITY,), limits=Limits(agreement=0.5)),
    (RNG.normal(size=(7, 4, 3)).astype(np.float32),),
    Data(RNG.normal(size=(5, 4, 3)).astype(np.float32), np.arange(5, dtype=np.int32)),
)


def written(folder: Path, raw: bytes) -> Path:
    path = folder / "linear" / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(raw)
    return path


def same(one: Dataset, other: Dataset) -> bool:
    pairs: list[tuple[Any, Any]] = list(zip(one.calibration, other.calibration, strict=True))
    if one.test is not None and other.test is not None:
        pairs += [(one.test.inputs, other.test.inputs), (one.test.targets, other.test.targets)]
    return one.declared == other.declared and (one.test is None) == (other.test is None) and all(np.array_equal(a, b) for a, b in pairs)


STREAMED = replace(FULL, declared=replace(FULL.declared, steps=2))


@pytest.mark.parametrize(
    "dataset", [FULL, STREAMED, replace(FULL, test=None, declared=Declared("plain")), RECIPE.dataset()], ids=["full", "streamed", "plain", "linear"]
)
def test_what_was_written_is_read(dataset: Dataset, tmp_path: Path) -> None:
    found = Dataset.load(written(tmp_path, dataset.to_bytes()))
    assert same(found, dataset)
    assert found.to_bytes() == dataset.to_bytes()
    assert Declared.load(tmp_path / "linear" / FILE) == dataset.declared


def test_the_line_s_points_are_those_a_person_wrote() -> None:
    declared = RECIPE.dataset().declared
    assert (declared.points, declared.domain, declared.tolerance) == ((-1, 0, 1, 2, 3, 4, 10), (-12.8, 12.7), 0.25)


def test_steps_that_do_not_divide_the_windows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtefactsDisagree, match=r"3 steps at a time do not fit windows of \(4, 3\)"):
        Dataset.load(written(tmp_path, replace(FULL, declared=replace(FULL.declared, steps=3)).to_bytes()))


def test_a_missing_one_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(ArtefactsDisagree, match=r"dataset\.npz does not exist") as caught:
        Dataset.load(tmp_path / "linear" / FILE)
    assert caught.value.hint == f"Run {usage.command('train', 'linear')} first."


def arrays(**changes: Any) -> dict[str, Any]:
    """The arrays of FULL with some changed, or left out where the change is None."""
    assert FULL.test is not None
    whole: dict[str, Any] = {
        "declared": np.array(json.dumps(asdict(FULL.declared))),
        "calibration": FULL.calibration[0],
        "test_inputs": FULL.test.inputs,
        "test_targets": FULL.test.targets,
    }
    return {name: each for name, each in (whole | changes).items() if each is not None}


def declared(**changes: Any) -> Any:
    return np.array(json.dumps(asdict(FULL.declared) | changes))


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no calibration": ({"calibration": None}, "no array calibration"),
    "no calibration in it": ({"calibration": FULL.calibration[0][:0]}, "calibration is empty"),
    "float64": ({"calibration": FULL.calibration[0].astype(np.float64)}, "calibration is of type float64"),
    "NaN": ({"calibration": FULL.calibration[0] * np.float32(np.nan)}, "calibration is empty, or holds what is no number"),
    "another shape": ({"test_inputs": RNG.normal(size=(5, 4)).astype(np.float32)}, "does not fit the calibration"),
    "fewer targets": ({"test_targets": np.arange(4)}, "does not fit the calibration"),
    "targets without inputs": ({"test_inputs": None}, "no array test_inputs"),
    "inputs without targets": ({"test_targets": None}, "no array test_targets"),
    "text as targets": ({"test_targets": np.array(list("abcde"))}, "test_targets is of type"),
    "a quality without a split": ({"test_inputs": None, "test_targets": None}, "there is no test split"),
    "points without a domain": ({"declared": declared(points=[1.0])}, "points without a domain"),
    "nothing declared": ({"declared": None}, "no array declared"),
    "no JSON": ({"declared": np.array("{")}, "truncated"),
    "a list": ({"declared": np.array("[]")}, "it has schema None"),
    "another schema": ({"declared": declared(schema=9)}, "it has schema 9"),
    "a field too many": ({"declared": declared(epochs=3)}, "epochs"),
    "a tolerance of text": ({"declared": declared(tolerance="0.1")}, "tolerance: expected float"),
    "a limit out of range": ({"declared": declared(limits={"agreement": 7})}, "limits.agreement: expected float <= 1"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ArtefactsDisagree, match=rf"{FILE} cannot be read: .*{message}") as caught:
        Dataset.load(written(tmp_path, npz_bytes(arrays(**changes))))
    assert usage.command("train", "linear", anew=True) in caught.value.hint
    assert ".." not in caught.value.message


def test_an_object_is_not_unpickled(tmp_path: Path) -> None:
    path = tmp_path / FILE
    np.savez(path, **arrays(test_targets=np.array([print] * 5, object)))
    with pytest.raises(ArtefactsDisagree, match="cannot be read: Object arrays cannot be loaded"):
        Dataset.load(path)


def test_a_damaged_one_is_refused_or_reads_as_it_was(tmp_path: Path) -> None:
    refused = 0
    for each in damaged(FULL.to_bytes(), 600):
        try:
            found = Dataset.load(written(tmp_path, each))
        except ArtefactsDisagree as error:
            assert str(tmp_path / "linear" / FILE) in error.message  # noqa: PT017  it counts which of the two happens
            refused += 1
        else:
            assert same(found, FULL)
    assert refused > 400


SEVERAL = Dataset(
    Declared("several", inputs=("a", "b"), outputs=("shape", "place"), quality=(replace(QUALITY, output="shape"),)),
    (FULL.calibration[0], np.zeros((7, 2), np.float32)),
    Data({"a": np.ones((5, 4, 3), np.float32), "b": np.zeros((5, 2), np.float32)}, {"shape": np.arange(5), "place": np.zeros((5, 2), np.float32)}),
)


def test_several_inputs_and_outputs_are_numbered_in_the_file_and_named_as_declared(tmp_path: Path) -> None:
    found = Dataset.load(written(tmp_path, SEVERAL.to_bytes()))
    assert found.to_bytes() == SEVERAL.to_bytes()
    assert found.test is not None
    assert SEVERAL.test is not None
    for given, read in ((SEVERAL.test.by_input, found.test.by_input), (SEVERAL.test.by_output, found.test.by_output)):
        assert list(given) == list(read)
        assert all(np.array_equal(given[name], read[name]) for name in given)


@pytest.mark.parametrize(
    ("outputs", "quality", "message"),
    [(("shape", "place", "angle"), "shape", "no array test_targets2"), (("kind", "place"), "shape", "demanded of 'shape', which is no output")],
)
def test_outputs_that_the_file_does_not_hold_are_refused(outputs: tuple[str, ...], quality: str, message: str, tmp_path: Path) -> None:
    other = replace(SEVERAL.declared, outputs=outputs)
    arrays = dict(np.load(io.BytesIO(SEVERAL.to_bytes())))
    raw = npz_bytes({**arrays, "declared": np.array(documents.to_json(other))})
    with pytest.raises(ArtefactsDisagree, match=message):
        Dataset.load(written(tmp_path, raw))
