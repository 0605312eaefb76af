"""A conversion from a trained model to everything the firmware needs: same bytes every time, checked, and with one message where it fails."""

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
from plumbline.common.dataset import FILE
from plumbline.common.errors import ArtefactsDisagree, BadRecipe, ConversionFailed, ModelRefused
from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.importers.keras.quantize import quantize
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.fully_connected.reference import FullyConnectedOptions
from plumbline.convert.pipeline import convert
from plumbline.convert.references import litert, reference_interpreter, tflm
from plumbline.convert.references.bound import bound
from plumbline.convert.references.golden_data import Converted
from plumbline.training.fit import fit, train
from plumbline.training.network import build
from plumbline.training.recipes.linear import RECIPE
from tests.support import compiled_c
from tests.support.codes import codes_for

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tensorflow")]


@pytest.fixture(scope="module")
def keras() -> Any:
    keras_env.start()
    import keras

    return keras


@pytest.fixture(scope="module")
def trained(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build folder that holds linear/model.keras."""
    folder = tmp_path_factory.mktemp("trained")
    fit(RECIPE, folder / "linear", lambda line: None)
    return folder


@pytest.fixture(scope="module")
def converted(trained: Path) -> Path:
    """build/linear of the same, converted by the command in a fresh process."""
    done = run_convert(trained)
    assert done.returncode == 0, done.stderr
    (trained / "stdout.txt").write_text(done.stdout)
    return trained / "linear"


def run_convert(folder: Path, *extra: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plumbline", "convert", "linear", "--only", "--build", str(folder), *extra]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=dict(os.environ))


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and modification time of every file below a folder."""
    return {str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_report_names_what_was_made_and_proven(converted: Path) -> None:
    text = (converted.parent / "stdout.txt").read_text()
    for words in ("FULLY_CONNECTED v4", "0.100000001 * code", "arena", "|board - float| <= 0.10", "declares a tolerance of 0.25"):
        assert words in text


def test_the_manifest_vouches_for_every_file(converted: Path) -> None:
    manifest = Manifest.load(converted / "generated" / "manifest.json")
    manifest.check_artefacts(converted)
    given = {"model.keras", FILE, "training.json", "loss.png"}
    made = set(contents(converted)) - given - {"explain.json", "generated/manifest.json"}
    assert set(manifest.artefacts) == made
    assert {"model.tflite", "references.npz", "generated/plumbline_compiled.c", "generated/library.json"} <= made
    assert (manifest.domain, manifest.tolerance, manifest.recipe) == ((-12.8, 12.7), 0.25, "linear")
    assert (manifest.float_parameters, manifest.constant_bytes) == (2, 6)
    assert manifest.bound is not None
    assert 0.1 < manifest.bound.total <= 0.2
    assert {"tensorflow-cpu", "tensorflow"} & set(manifest.versions)
    flatbuffer_c = converted / "generated" / "plumbline_flatbuffer.c"
    original = flatbuffer_c.read_text()
    flatbuffer_c.write_text(original.replace("0x54", "0x55", 1))
    with pytest.raises(ArtefactsDisagree, match="plumbline_flatbuffer"):
        manifest.check_artefacts(converted)
    flatbuffer_c.write_text(original)


def test_a_fresh_process_in_another_folder_makes_the_same_bytes_and_rewrites_nothing(converted: Path, tmp_path: Path) -> None:
    (tmp_path / "linear").mkdir()
    for name in ("model.keras", FILE):
        (tmp_path / "linear" / name).write_bytes((converted / name).read_bytes())
    done = run_convert(tmp_path, "--quiet")
    assert (done.returncode, done.stdout) == (0, "")
    first, second = contents(converted), contents(tmp_path / "linear")
    assert {name: raw for name, (raw, _) in second.items()} == {name: first[name][0] for name in second}
    assert run_convert(tmp_path, "--quiet").returncode == 0
    assert contents(tmp_path / "linear") == second


def test_references_hold_every_code_and_the_points_of_the_recipe(converted: Path) -> None:
    with np.load(converted / "references.npz") as file:
        arrays = {name: file[name] for name in file.files}
    assert arrays["codes"].ravel().tolist() == list(range(-128, 128))
    samples = int(arrays["samples"])
    assert (arrays["x_nano"][:samples] / 1e9).tolist() == [-1, 0, 1, 2, 3, 4, 10]
    sweep = arrays["x_nano"][samples:]
    assert (sweep[0], sweep[-1]) == (-12_800_000_000, 12_700_000_000)
    assert ((sweep % 100_000_000) != 0).mean() > 0.9  # between codes
    assert arrays["float_x"].shape == (len(arrays["x_nano"]), 1)
    assert arrays["float_x"][samples - 1, 0] == pytest.approx(18.97847)
    graph = reader.read((converted / "model.tflite").read_bytes())
    np.testing.assert_array_equal(arrays["tflm"], reference_interpreter.run(graph, arrays["codes"]))
    np.testing.assert_array_equal(arrays["tflm_float_product"], arrays["tflm"])  # this model answers alike on older libraries
    real = (arrays["codes"].astype(np.float64) - graph.input.quantized.zero_point) * graph.input.quantized.scale
    np.testing.assert_allclose(arrays["float_codes"], real * 1.9968796 - 0.9903251, rtol=1e-5, atol=1e-5)
    assert np.abs(arrays["litert"].astype(int) - arrays["tflm"]).max() <= 1


def test_the_board_would_stay_within_the_bound_on_every_code_and_point(converted: Path) -> None:
    manifest = Manifest.load(converted / "generated" / "manifest.json")
    assert manifest.bound is not None
    with np.load(converted / "references.npz") as file:
        error = np.abs((file["tflm"].astype(np.float64) - manifest.y_end.zero_point) * manifest.y_end.scale - file["float_codes"])
    assert error.max() <= manifest.bound.at(0.0)


def test_compiled_c_of_the_trained_model_answers_every_code(converted: Path, tmp_path: Path) -> None:
    if compiled_c.compiler() is None:
        pytest.skip("needs a C compiler")
    graph = reader.read((converted / "model.tflite").read_bytes())
    with np.load(converted / "references.npz") as file:
        (answer,) = compiled_c.run(tmp_path, [graph], [file["codes"]])
        np.testing.assert_array_equal(answer, file["tflm"])


def retold(trained: Path, folder: Path, **changes: Any) -> None:
    """The trained model in `folder`, with a recipe beside it that declares something else."""
    (folder / "model.keras").write_bytes((trained / "linear" / "model.keras").read_bytes())
    (folder / FILE).write_bytes(replace(RECIPE, **changes).dataset().to_bytes())


def test_a_bound_beyond_the_tolerance_is_refused_with_both_numbers_and_leaves_only_what_explains_it(trained: Path, tmp_path: Path) -> None:
    retold(trained, tmp_path, tolerance=0.05)
    with pytest.raises(BadRecipe, match=r"declares a tolerance of 0\.05.*within 0\.10"):
        convert(tmp_path, print)
    assert {path.name for path in tmp_path.iterdir()} == {"model.keras", "dataset.npz", "explain.json"}


def test_a_tolerance_that_is_not_declared_is_the_bound(trained: Path, tmp_path: Path) -> None:
    retold(trained, tmp_path, tolerance=None)
    said: list[str] = []
    manifest = convert(tmp_path, said.append)
    assert manifest.bound is not None
    assert manifest.tolerance == manifest.bound.total
    assert manifest.tolerance_from == "the proven bound"
    assert Manifest.load(tmp_path / "generated" / "manifest.json") == manifest
    assert "declares no tolerance" in said[-1]


def test_an_untrained_recipe_says_what_to_do(tmp_path: Path) -> None:
    done = run_convert(tmp_path)
    assert done.returncode == ArtefactsDisagree.exit_code
    assert done.stderr.splitlines()[-2:] == [f"error: {tmp_path}/linear/model.keras does not exist.", "hint:  Run `plumbline train linear` first."]


def save(keras: Any, folder: Path, *layers: Any, shape: tuple[int, ...] = (1,)) -> Path:
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input(shape, name="input"), *layers], name="model")
    path = folder / "model.keras"
    model.save(path)
    return path


def test_weights_that_are_nan_are_refused_by_name(keras: Any, tmp_path: Path) -> None:
    path = save(keras, tmp_path, keras.layers.Dense(1, name="dense", kernel_initializer=keras.initializers.Constant(float("nan"))))
    with pytest.raises(ConversionFailed, match="dense/kernel holds NaN"):
        quantize(path, RECIPE.calibration(), [RECIPE.calibration()[0][:1]])


def test_a_gru_on_whose_loop_the_converter_crashes_is_unrolled(keras: Any, tmp_path: Path) -> None:
    path = save(keras, tmp_path, keras.layers.GRU(4, name="memory"), keras.layers.Dense(1, name="dense"), shape=(3, 2))
    calibration = np.random.default_rng(0).normal(size=(20, 3, 2)).astype(np.float32)
    names = {operator.name for operator in reader.read(quantize(path, [calibration], [calibration[:1]]).tflite).operators}
    assert {"LOGISTIC", "TANH"} <= names
    assert "SPLIT" not in names


@pytest.mark.parametrize("unroll", [False, True], ids=["as one operator", "unrolled"])
def test_lstm_layers_made_by_keras(keras: Any, tmp_path: Path, unroll: bool) -> None:
    layers = [
        keras.layers.LSTM(5, return_sequences=True, unroll=unroll, name="first"),
        keras.layers.LSTM(4, unroll=unroll, name="second"),
        keras.layers.Dense(2, name="dense"),
    ]
    path = save(keras, tmp_path, *layers, shape=(6, 3))
    calibration = np.random.default_rng(0).normal(size=(100, 6, 3)).astype(np.float32)
    results = [quantize(path, [calibration], [calibration[:50]]) for _ in range(2)]
    assert results[0].tflite == results[1].tflite
    graph = reader.read(results[0].tflite)
    names = [operator.name for operator in graph.operators]
    assert names.count("UNIDIRECTIONAL_SEQUENCE_LSTM") == (0 if unroll else 2)
    assert "SPLIT" not in names
    answers = reference_interpreter.run(graph, results[0].codes)
    if tflm.available():
        np.testing.assert_array_equal(tflm.Interpreter(results[0].tflite, graph).run(results[0].codes), answers)
    real = (answers.astype(float) - graph.output.quantized.zero_point) * graph.output.quantized.scale
    assert np.corrcoef(real.ravel(), results[0].float_codes.ravel())[0, 1] > 0.98  # with the answers of Keras's own layers


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(b"not a zip file")
    with pytest.raises(ModelRefused, match="is a text file, no Keras model"):
        quantize(path, RECIPE.calibration(), [RECIPE.calibration()[0][:1]])


def check_everywhere(result: Converted, tmp_path: Path, domain: tuple[float, float] | None) -> Graph:
    """The three ways to run the converted model agree, and stay within its bound."""
    graph = reader.read(result.tflite)
    codes = codes_for(np.random.default_rng(3), graph.input.elements)
    expected = tflm.Interpreter(result.tflite, graph).run(codes) if tflm.available() else reference_interpreter.run(graph, codes)
    np.testing.assert_array_equal(reference_interpreter.run(graph, codes), expected)
    if compiled_c.compiler():
        np.testing.assert_array_equal(compiled_c.run(tmp_path, [graph], [codes])[0], expected)
    spec = bound(graph, result.chain, domain)
    assert spec is not None
    board = (reference_interpreter.run(graph, result.codes).astype(np.float64) - graph.output.quantized.zero_point) * graph.output.quantized.scale
    real = (result.codes[:, 0].astype(float) - graph.input.quantized.zero_point) * graph.input.quantized.scale
    inside = slice(None) if domain is None else (real >= domain[0]) & (real <= domain[1])
    assert np.abs(board - result.float_codes)[inside].max() <= spec.total
    return graph


@pytest.mark.parametrize("per_channel", [False, True], ids=["per tensor", "per channel"])
def test_hidden_layers_made_by_keras(keras: Any, tmp_path: Path, per_channel: bool) -> None:
    layers = [keras.layers.Dense(9, "relu", name="first"), keras.layers.Dense(7, "relu6", name="second"), keras.layers.Dense(2, name="third")]
    path = save(keras, tmp_path, *layers)
    calibration = np.linspace(-3, 3, 257, dtype=np.float32).reshape(-1, 1)
    graph = check_everywhere(quantize(path, [calibration], [calibration[:2]], per_channel), tmp_path, (-3.0, 3.0))
    assert [operator.per_channel for operator in graph.operators] == [per_channel] * 3
    assert [operator.options.activation for operator in graph.operators if isinstance(operator.options, FullyConnectedOptions)] == [
        "RELU",
        "RELU6",
        "NONE",
    ]


def test_several_inputs_made_by_keras(keras: Any, tmp_path: Path) -> None:
    path = save(keras, tmp_path, keras.layers.Dense(5, "relu", name="first"), keras.layers.Dense(3, name="second"), shape=(4,))
    calibration = np.random.default_rng(1).uniform(-1, 1, (700, 4)).astype(np.float32)
    result = quantize(path, [calibration], [np.empty((0, 4), np.float32)])
    assert result.codes.shape == (512, 4)
    assert result.float_x.shape == (0, 3)
    check_everywhere(result, tmp_path, None)


@pytest.mark.parametrize(
    ("domain", "weight"),
    [((5.0, 10.0), 2.0), ((-1e-4, 1e-4), 3.0), ((-1e6, 1e6), -0.5), ((-1.0, 1.0), 0.0)],
    ids=["without zero", "tiny", "huge", "constant"],
)
def test_domains_and_weights_at_the_edges(keras: Any, tmp_path: Path, domain: tuple[float, float], weight: float) -> None:
    constant = keras.initializers.Constant
    path = save(keras, tmp_path, keras.layers.Dense(1, name="dense", kernel_initializer=constant(weight), bias_initializer=constant(0.25)))
    recipe = replace(RECIPE, domain=domain)
    check_everywhere(quantize(path, recipe.calibration(), [recipe.calibration()[0][:1]]), tmp_path, domain)


def test_training_json_and_the_flatbuffer_tell_the_same_weights(converted: Path, keras: Any) -> None:
    weights = json.loads((converted / "training.json").read_text())
    layer = reader.read((converted / "model.tflite").read_bytes()).operators[0].inputs[1]
    assert layer is not None
    assert np.ravel(layer.values())[0] * layer.quantized.scale == pytest.approx(weights["noted"][-1]["w"], rel=1e-6)
    assert train(RECIPE, build(RECIPE)).loss[-1] == np.float32(weights["loss"][-1])


def test_litert_is_quiet_and_agrees_within_a_code(converted: Path, capfd: pytest.CaptureFixture[str]) -> None:
    raw = (converted / "model.tflite").read_bytes()
    graph = reader.read(raw)
    answers = litert.run(raw, graph, codes_for(np.random.default_rng(0), 1))
    assert np.abs(answers.astype(int) - reference_interpreter.run(graph, codes_for(np.random.default_rng(0), 1))).max() <= 1
    assert capfd.readouterr() == ("", "")
