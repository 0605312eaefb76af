"""Where the expected codes come from: the wheel live, the stored ones without it, and what happens when the two disagree."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common.errors import ArtefactsDisagree, ModelRefused
from plumbline.common.golden_data import References
from plumbline.common.manifest import Manifest
from plumbline.convert.references import tflm
from plumbline.host.verdict.artefacts import Artefacts
from plumbline.host.verdict.oracle import consult

pytestmark = pytest.mark.slow

needs_wheel = pytest.mark.skipif(not tflm.available(), reason="there is no tflite-micro wheel for this platform")


@pytest.fixture
def folder(linear: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    copy = tmp_path / "linear"
    shutil.copytree(linear, copy, ignore=shutil.ignore_patterns("pio"))
    return copy


def manifest_of(folder: Path) -> Manifest:
    return Manifest.load(folder / "generated" / "manifest.json")


def rewrite(folder: Path, **arrays: object) -> None:
    with np.load(folder / "references.npz") as stored:
        content = {**dict(stored), **arrays}
    kept: dict[str, Any] = {name: array for name, array in content.items() if array is not None}
    np.savez(folder / "references.npz", **kept)


@needs_wheel
def test_the_wheel_answers_live(folder: Path) -> None:
    oracle = consult(Artefacts.load(folder, manifest_of(folder)))
    assert oracle.name.startswith("tflite-micro 0.")
    assert oracle.name.endswith(", live")
    assert len(oracle.references.expected) == 256


@needs_wheel
def test_a_stored_code_that_the_wheel_contradicts(folder: Path) -> None:
    with np.load(folder / "references.npz") as stored:
        expected = stored["tflm"].copy()
    expected[17] += 1
    rewrite(folder, tflm=expected)
    with pytest.raises(ArtefactsDisagree, match="1 of 256 inputs"):
        consult(Artefacts.load(folder, manifest_of(folder)))


@needs_wheel
def test_a_model_that_is_none(folder: Path) -> None:
    (folder / "model.tflite").write_bytes(b"no flatbuffer at all")
    with pytest.raises(ModelRefused):
        consult(Artefacts.load(folder, manifest_of(folder)))


def test_without_the_wheel_the_stored_codes_count_and_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflm, "available", lambda: False)
    manifest = manifest_of(folder)
    oracle = consult(Artefacts.load(folder, manifest))
    assert oracle.name == f"{manifest.oracle}, stored by the conversion"
    with np.load(folder / "references.npz") as stored:
        assert (oracle.references.expected == stored["tflm"]).all()


@pytest.mark.parametrize(
    ("arrays", "what"),
    [
        ({"tflm": None}, "tflm"),
        ({"tflm": np.zeros((255, 1), np.int8)}, "expected has shape"),
        ({"codes": np.zeros((256, 2), np.int8)}, "codes has shape"),
        ({"float_x": np.zeros((3, 1), np.float32)}, "float_x has shape"),
        ({"codes": np.zeros((256, 1), np.int32)}, "codes is of type int32"),
        ({"x_nano": np.zeros(3, np.float64)}, "x_nano is of type float64"),
    ],
    ids=["missing", "short", "wide", "uneven", "wrong integers", "no integers"],
)
def test_damaged_references(folder: Path, arrays: dict[str, object], what: str) -> None:
    rewrite(folder, **arrays)
    with pytest.raises(ArtefactsDisagree, match=what):
        References.load(folder / "references.npz", manifest_of(folder))


def test_no_references_at_all(folder: Path) -> None:
    manifest = manifest_of(folder)
    np.save(folder / "array.npy", np.zeros(3, np.int8))
    for content in (b"PK\x03\x04 cut off", b"", b"\0", (folder / "array.npy").read_bytes()):
        (folder / "references.npz").write_bytes(content)
        with pytest.raises(ArtefactsDisagree, match="cannot be read"):
            consult(Artefacts.load(folder, manifest))
    (folder / "references.npz").unlink()
    with pytest.raises(ArtefactsDisagree, match="cannot be read"):
        consult(Artefacts.load(folder, manifest))


@pytest.mark.parametrize("spoilt", ["sample_inputs", "float_samples", "targets"])
def test_a_nan_in_the_test_split_is_found_before_a_metric_hides_it(folder: Path, spoilt: str) -> None:
    arrays: dict[str, Any] = {name: np.zeros((3, 1), np.float32) for name in ("sample_inputs", "float_samples", "targets")}
    arrays["sample_rows"] = np.arange(3)
    rewrite(folder, **arrays)
    assert References.load(folder / "references.npz", manifest_of(folder)).data is not None
    arrays[spoilt][1] = np.nan
    rewrite(folder, **arrays)
    with pytest.raises(ArtefactsDisagree, match="no numbers"):
        References.load(folder / "references.npz", manifest_of(folder))
