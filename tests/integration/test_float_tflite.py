"""A float32 .tflite file: quantized on samples by ai-edge-quantizer and held against itself, or refused with what it needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from plumbline.common.errors import ConversionFailed, PlumblineError, UsageError
from plumbline.common.golden_data import FILE, References
from plumbline.common.rows import range_of
from plumbline.convert.import_model import bring
from plumbline.convert.importers.flatbuffer.parse import take_apart
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.keras.quantize import FLOAT_TFLITE, failure
from plumbline.convert.model.model_kind import is_float32
from tests.support.flatbuffer_writer import random_model, write
from tests.support.tflite_writer import FLOAT32, TensorSpec, write_graph
from tests.support.write_operators import fully_connected

RNG = np.random.default_rng(5)
WEIGHTS = RNG.normal(size=(3, 4)).astype(np.float32)
MODEL = write_graph(
    [
        TensorSpec("input", (1, 4), kind=FLOAT32),
        TensorSpec("net/weights", (3, 4), data=WEIGHTS, kind=FLOAT32),
        TensorSpec("net/bias", (3,), data=np.array([0.5, -1, 2], np.float32), kind=FLOAT32),
        TensorSpec("net/out", (1, 3), kind=FLOAT32),
    ],
    [fully_connected((0, 1, 2), 3)],
    0,
    3,
)
"""One layer, in a file without a signature."""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "net.tflite"
    path.write_bytes(MODEL)
    return path


def test_without_samples_they_are_asked_for(tmp_path: Path, model: Path) -> None:
    with pytest.raises(UsageError, match="is a float model: samples of its inputs are needed") as caught:
        bring(model, tmp_path / "build", print)
    assert "--samples" in caught.value.hint


def test_a_model_that_holds_a_quantized_tensor_is_no_float_model() -> None:
    assert is_float32(take_apart(MODEL).operators)
    int8 = write(random_model(RNG, 12, per_channel=False))
    assert not is_float32(take_apart(int8).operators)


def test_it_is_quantized_on_all_that_samples_reach_and_held_against_itself(tmp_path: Path, model: Path) -> None:
    pytest.importorskip("ai_edge_quantizer", reason="needs ai-edge-quantizer")
    samples = RNG.normal(size=(80, 4)).astype(np.float32)
    samples[7, 2] = 9  # once, and still in the range
    np.save(tmp_path / "samples.npy", samples)
    manifest = bring(model, tmp_path / "build", lambda _: None, tmp_path / "samples.npy")
    folder = tmp_path / "build" / "model_net"
    graph = read((folder / "model.tflite").read_bytes())
    assert range_of(graph.input)[1] == pytest.approx(9, abs=0.1)
    assert not graph.operators[0].per_channel
    assert manifest.float_model
    assert manifest.float_parameters == 15
    data = References.load(folder / FILE, manifest).data
    assert data is not None
    assert data.floats is not None
    np.testing.assert_allclose(data.floats, data.inputs @ WEIGHTS.T + np.array([0.5, -1, 2]), atol=1e-5)


def test_a_damaged_float_model_ends_in_a_message(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_quantizer", reason="needs ai-edge-quantizer")
    weights = replace(TensorSpec("net/weights", (3, 4), data=WEIGHTS, kind=FLOAT32), shape=(3, 5))
    ends = [TensorSpec("input", (1, 4), kind=FLOAT32), weights, TensorSpec("net/out", (1, 3), kind=FLOAT32)]
    step = fully_connected((0, 1, -1), 2)
    (tmp_path / "net.tflite").write_bytes(write_graph(ends, [step], 0, 2))
    np.save(tmp_path / "samples.npy", RNG.normal(size=(4, 4)))
    with pytest.raises(PlumblineError) as caught:
        bring(tmp_path / "net.tflite", tmp_path / "build", lambda _: None, tmp_path / "samples.npy")
    assert caught.value.hint


def test_what_the_library_has_against_a_model_is_its_own() -> None:
    found = failure(Path("net.tflite"), -11, Path("there is none"), b"", FLOAT_TFLITE.name)
    assert isinstance(found, ConversionFailed)
    assert found.message == "ai-edge-quantizer crashed on net.tflite: SIGSEGV."
