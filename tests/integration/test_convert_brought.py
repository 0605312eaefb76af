"""A model that somebody brings: a .tflite file as it is, a .keras file with samples, and the mistakes one makes with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plumbline.common import boards, keras_env
from plumbline.common.errors import DoesNotFit, ModelRefused, PlumblineError, UnsupportedOperator, UsageError
from plumbline.common.golden_data import FILE, References
from plumbline.common.manifest import Manifest
from plumbline.common.paths import ROOT
from plumbline.convert.import_model import bring, codes_for
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.samples.reader import Samples
from plumbline.convert.model.schema import BUILTIN_OPERATORS
from plumbline.convert.references import tflm
from plumbline.convert.references.choose_inputs import MOST_CHOSEN
from tests.faults.fuzz_flatbuffer import fate
from tests.support.flatbuffer_writer import random_model, write
from tests.support.keras_writer import layer, save, sequential
from tests.support.tflite_writer import FLOAT32, TensorSpec, write_graph
from tests.support.write_operators import binary, unary

MODEL = write(random_model(np.random.default_rng(3), 12, per_channel=False))


def quiet(_: str) -> None:
    """Nobody reads the report."""


@pytest.fixture
def tflite(tmp_path: Path) -> Path:
    path = tmp_path / "My Net-2.tflite"
    path.write_bytes(MODEL)
    return path


def test_a_tflite_file_is_written_for_the_firmware_as_it_is(tmp_path: Path, tflite: Path) -> None:
    lines: list[str] = []
    manifest = bring(tflite, tmp_path / "build", lines.append)
    folder = tmp_path / "build" / "model_my_net_2"
    assert (folder / "model.tflite").read_bytes() == MODEL
    assert Manifest.load(folder / "generated" / "manifest.json") == manifest
    assert manifest.float_model is False
    assert manifest.float_parameters is None
    assert "FULLY_CONNECTED" in "\n".join(lines)
    references = References.load(folder / FILE, manifest)
    assert len(references.codes) == 512
    assert {-128, 127} == set(references.codes[3].tolist())


def test_samples_are_among_what_the_board_is_asked() -> None:
    graph = read(MODEL)
    samples = np.full((5, 12), 0.37 * graph.input.quantized.scale, np.float32) + np.arange(12, dtype=np.float32) * graph.input.quantized.scale
    codes, own = codes_for(graph, Samples((samples,)))
    expected = np.clip(np.arange(12) + graph.input.quantized.zero_point, -128, 127)
    assert own.data is not None
    assert (codes[own.data.rows] == expected).all()
    np.testing.assert_array_equal(own.data.inputs, samples)
    assert {-128, 127} == set(codes[8].tolist())


@pytest.mark.parametrize(
    ("name", "content", "error", "says"),
    [
        ("missing.tflite", None, UsageError, "does not exist"),
        ("model.h5", b"x", ModelRefused, r"is no \.h5 file: it is a text file"),
        ("model.bin", bytes(range(256)), UsageError, r"neither a \.tflite nor a \.keras file: it is a binary file"),
        ("graph.pb", b"\n\x05", ModelRefused, "it is a frozen TensorFlow graph"),
        ("net.onnx", b"\x08\x07", ModelRefused, "it is an ONNX model"),
        ("net.json", b'{"class_name": "Sequential"}', ModelRefused, "it is a JSON file"),
        ("samples.npy", b"\x93NUMPY\x01\x00", ModelRefused, "it is a NumPy .npy file"),
        ("net.pt", b"\x80\x02}", ModelRefused, "it is a PyTorch model"),
        ("net.pkl", b"\x80\x04}", ModelRefused, "it is a Python pickle"),
        ("net.tflite.gz", b"\x1f\x8b\x08", ModelRefused, "compressed with gzip"),
        ("pickle.keras", b"\x80\x04}", ModelRefused, r"is no \.keras file: it is a Python pickle"),
        ("text.tflite", b"hello, this is text", ModelRefused, "no TensorFlow Lite model"),
        ("short.tflite", MODEL[:100], ModelRefused, "damaged"),
        ("net.keras", b"PK\x03\x04", UsageError, "samples of its inputs are needed"),
        ("empty.keras", b"", ModelRefused, r"is no \.keras file: it is empty"),
    ],
)
def test_mistakes_with_the_model_are_named(tmp_path: Path, name: str, content: bytes | None, error: type[PlumblineError], says: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=says) as caught:
        bring(tmp_path / name, tmp_path / "build", quiet)
    assert caught.value.hint
    assert not list((tmp_path / "build").rglob("model.tflite"))


def test_what_is_no_keras_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.keras").write_bytes(b"x")
    np.save(tmp_path / "samples.npy", np.zeros((3, 4), np.float32))
    with pytest.raises(ModelRefused, match=r"is no \.keras file"):
        bring(tmp_path / "net.keras", tmp_path / "build", quiet, tmp_path / "samples.npy")


def test_the_model_is_judged_before_its_samples(tmp_path: Path) -> None:
    save(tmp_path / "net.keras", sequential(layer("Lambda")))
    np.savez(tmp_path / "samples.npz", a=np.zeros(3), b=np.zeros(3))
    with pytest.raises(ModelRefused, match="Lambda"):
        bring(tmp_path / "net.keras", tmp_path / "build", quiet, tmp_path / "samples.npz")


def test_folders_are_named(tmp_path: Path) -> None:
    for holds, error, says in (
        ("saved_model.pb", ModelRefused, "folder of a SavedModel"),
        ("config.json", ModelRefused, "unpacked"),
        ("x", UsageError, "is a folder"),
    ):
        folder = tmp_path / holds.partition(".")[0]
        folder.mkdir()
        (folder / holds).write_bytes(b"")
        with pytest.raises(error, match=says) as caught:
            bring(folder, tmp_path / "build", quiet)
        assert caught.value.hint


def test_what_is_larger_than_any_board_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse.tflite").open("wb") as file:
        file.write(MODEL)
        file.truncate(3 << 30)
    with pytest.raises(DoesNotFit, match="3,221,225,472 bytes"):
        bring(tmp_path / "sparse.tflite", tmp_path / "build", quiet)


def test_a_flatbuffer_by_another_name_is_one(tmp_path: Path) -> None:
    (tmp_path / "net.keras").write_bytes(MODEL)
    assert bring(tmp_path / "net.keras", tmp_path / "build", quiet).float_model is False


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        (np.zeros((20, 12)), "Every number in the 20 samples is 0: a placeholder"),
        (np.full((20, 12), 0.25), r"Every number in the 20 samples is 0\.25"),
        (np.tile(np.linspace(0, 1, 12), (20, 1)), "All 20 samples are the same"),
        (np.random.default_rng(1).uniform(-100, 100, (20, 12)), "% of the numbers in the samples do not fit the input: the samples reach from -9"),
        (np.random.default_rng(1).uniform(-1e6, 1e6, (20, 12)), "The input of the model holds .* only, the samples reach from -9"),
        (np.random.default_rng(1).uniform(0, 1e-6, (20, 12)), "All samples become the same codes"),
        (np.random.default_rng(1).normal(size=(20, 3, 4)), r"A sample has the shape \(3, 4\), the model takes \(12,\)"),
        (np.random.default_rng(1).normal(size=(20, 3)), "A sample holds 3 numbers, the model takes 12"),
    ],
)
def test_samples_that_tell_nothing_are_refused_before_any_work(tmp_path: Path, tflite: Path, samples: object, says: str) -> None:
    np.save(tmp_path / "samples.npy", np.asarray(samples, np.float32))
    with pytest.raises(UsageError, match=says) as caught:
        bring(tflite, tmp_path / "build", quiet, tmp_path / "samples.npy")
    assert caught.value.hint
    assert not list((tmp_path / "build").rglob("model.tflite"))


@pytest.mark.slow
def test_a_keras_file_is_quantized_on_its_samples(tensorflow: None, tmp_path: Path) -> None:
    keras_env.start()
    import keras

    keras.utils.set_random_seed(1)
    net = keras.Sequential([keras.layers.Input((6, 6, 1)), keras.layers.Conv2D(3, 3), keras.layers.Flatten(), keras.layers.Dense(2)])
    net.save(tmp_path / "net.keras")
    samples = np.random.default_rng(1).normal(size=(40, 36)).astype(np.float32)
    np.savetxt(tmp_path / "rows.csv", samples, delimiter=",")
    manifest = bring(tmp_path / "net.keras", tmp_path / "build", quiet, tmp_path / "rows.csv")
    assert [operator.name for operator in manifest.operators] == ["CONV_2D", "RESHAPE", "FULLY_CONNECTED"]
    references = References.load(tmp_path / "build" / "model_net" / FILE, manifest)
    assert references.codes.shape == (40 + MOST_CHOSEN, 36)
    assert (references.chosen == (np.arange(len(references.codes)) >= 40)).all()
    reals = (references.expected.astype(float) - manifest.y_end.zero_point) * manifest.y_end.scale
    assert np.abs(reals - references.float_codes)[~references.chosen].max() < 10 * manifest.y_end.scale
    np.save(tmp_path / "other.npy", np.arange(15, dtype=np.float32).reshape(3, 5))
    with pytest.raises(UsageError, match=r"A sample has the shape \(5,\), the model takes \(6, 6, 1\)"):
        bring(tmp_path / "net.keras", tmp_path / "build", quiet, tmp_path / "other.npy")


@pytest.mark.slow
def test_code_in_a_keras_file_runs_only_when_trusted(tensorflow: None, tmp_path: Path) -> None:
    keras_env.start()
    import keras

    net = keras.Sequential([keras.layers.Input((4,)), keras.layers.Lambda(lambda t: t * 2.0), keras.layers.Dense(3)])
    net.save(tmp_path / "net.keras")
    np.save(tmp_path / "samples.npy", np.random.default_rng(1).normal(size=(40, 4)).astype(np.float32))
    with pytest.raises(ModelRefused, match="Lambda layer, which is Python code") as caught:
        bring(tmp_path / "net.keras", tmp_path / "build", quiet, tmp_path / "samples.npy")
    assert "--trust" in caught.value.hint
    assert bring(tmp_path / "net.keras", tmp_path / "build", quiet, tmp_path / "samples.npy", trust=True).operators


def test_an_operator_the_compiler_has_not_is_named_with_its_layer(tmp_path: Path) -> None:
    cosine = BUILTIN_OPERATORS.index("COS")
    ends = [TensorSpec("input", (1, 4), (0.1,), (0,)), TensorSpec("net/wave/out", (1, 4), (0.1,), (0,))]
    operator = unary("RELU", 0, 1)
    raw = write_graph(ends, [type(operator)(**{**vars(operator), "code": cosine})], 0, 1)
    (tmp_path / "wave.tflite").write_bytes(raw)
    with pytest.raises(UnsupportedOperator, match=r"Layer net/wave/out: COS is not supported"):
        bring(tmp_path / "wave.tflite", tmp_path / "build", quiet)


@pytest.mark.parametrize("name", ["wheel_traceback", "wheel_segmentation_fault"])
@pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel")
def test_a_damaged_file_that_breaks_the_wheel_is_refused(tmp_path: Path, name: str) -> None:
    """Mutants that reader and compiler accept: the wheel's Python ends in a traceback on the first, its C++ in a segmentation fault on the other."""
    path = ROOT / "tests" / "support" / "regressions" / f"{name}.tflite"
    assert fate(path.read_bytes()) == "compiled"
    with pytest.raises(ModelRefused, match="TensorFlow Lite Micro does not run the model"):
        bring(path, tmp_path / "build", quiet)


def test_float_ends_are_cut_off_and_said(tmp_path: Path) -> None:
    specs = [TensorSpec("input", (1, 4), kind=FLOAT32), TensorSpec("net/in", (1, 4), (0.1,), (0,)), TensorSpec("net/out", (1, 4), (0.1,), (0,))]
    (tmp_path / "floats.tflite").write_bytes(write_graph(specs, [unary("QUANTIZE", 0, 1), unary("RELU", 1, 2)], 0, 2))
    lines: list[str] = []
    manifest = bring(tmp_path / "floats.tflite", tmp_path / "build", lines.append)
    assert lines[0] == "floats.tflite: float32 input cut off; the board takes and gives the codes behind"
    assert manifest.x_end.scale == float(np.float32(0.1))
    assert [operator.name for operator in read((tmp_path / "build" / "model_floats" / "model.tflite").read_bytes()).operators] == ["RELU"]


@pytest.mark.parametrize(
    ("side", "board", "said"),
    [
        (600, "nano33ble", "360,000 bytes for its working memory, the board nano33ble has 262,144 bytes of RAM: 97,856 are missing"),
        (30000, "nano33ble", "899,737,856 are missing"),
        (30000, None, "900,000,000 bytes for its working memory, at most 4,194,304 are compiled"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_of_its_size_is_made(tmp_path: Path, side: int, board: str | None, said: str) -> None:
    """ADD runs in place: one image is all the memory that the model needs."""
    ends = [TensorSpec(name, (1, side, side, 1), (scale,), (0,)) for name, scale in (("input", 0.1), ("net/out", 0.2))]
    (tmp_path / "large.tflite").write_bytes(write_graph(ends, [binary("ADD", (0, 0), 1, "NONE")], 0, 1))
    with pytest.raises(DoesNotFit, match=said):
        bring(tmp_path / "large.tflite", tmp_path / "build", quiet, board=boards.board(board) if board else None)


def test_without_a_board_a_model_may_be_larger_than_any_that_is_known(tmp_path: Path) -> None:
    ends = [TensorSpec(name, (1, 890, 890, 1), (scale,), (0,)) for name, scale in (("input", 0.1), ("net/out", 0.2))]
    (tmp_path / "large.tflite").write_bytes(write_graph(ends, [binary("ADD", (0, 0), 1, "NONE")], 0, 1))
    manifest = bring(tmp_path / "large.tflite", tmp_path / "build", quiet)
    assert manifest.memory_bytes > max(each.ram for each in boards.boards().values())


def test_bytes_behind_a_model_cost_little_and_leave_the_compiled_engine_alone(tmp_path: Path) -> None:
    """Twelve million of them: the file passes, and the source for TensorFlow Lite Micro holds none of what its flash could not."""
    (tmp_path / "padded.tflite").write_bytes(MODEL + bytes(12_000_000))
    manifest = bring(tmp_path / "padded.tflite", tmp_path / "build", quiet)
    assert manifest.model_bytes == len(MODEL) + 12_000_000
    (generated,) = (tmp_path / "build").glob("*/generated/plumbline_flatbuffer.c")
    assert generated.stat().st_size < 1000
