"""Keras files are read without TensorFlow: what cannot be converted is said by its name, at once, and nothing in a file is believed."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common.errors import DoesNotFit, ModelRefused
from plumbline.common.way import Way, came_as
from plumbline.convert.import_model import names_in_hdf5
from plumbline.convert.importers.keras.config import check, inputs_of
from plumbline.convert.importers.keras.file import DEEPEST, LARGEST_CONFIG, LARGEST_WEIGHTS, depth, read
from plumbline.convert.importers.keras.load import examined
from plumbline.convert.importers.keras.repair import repaired
from tests.support.keras_writer import archive, functional, layer, save, sequential

CUSTOM = {"module": None, "class_name": "Scale", "config": {"name": "scale"}, "registered_name": "mine>Scale"}
CLASS = {"module": None, "class_name": "Net", "registered_name": "mine>Net"}
WAVE = {"module": "builtins", "class_name": "function", "config": "wave", "registered_name": "mine>wave"}
BYTECODE = {"class_name": "__lambda__", "config": {"value": ["4wEAAA==", None, None]}}
MODE = {"module": "keras", "class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": "float32"}, "registered_name": None}

REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a class": (sequential(layer("Dense"), CUSTOM), "the class mine>Scale is code that is not in the file", r"\.tflite"),
    "a class in a nested model": (sequential(sequential(CUSTOM)), "the class mine>Scale", r"\.tflite"),
    "a class without a package": (sequential({**CUSTOM, "registered_name": "Scale"}), "the class Scale is code", r"\.tflite"),
    "a class of another module": (sequential({**CUSTOM, "module": "mine.layers", "registered_name": "Scale"}), "the class Scale", r"\.tflite"),
    "a function": (sequential(layer("Dense", activation=WAVE)), "the function mine>wave is code", r"\.tflite"),
    "a function without a package": (
        sequential(layer("Dense", activation={**WAVE, "registered_name": "function"})),
        "the function wave is code that is not in the file",
        r"\.tflite",
    ),
    "a model of one's own": ({"module": None, "class_name": "Net", "config": {}, "registered_name": "Net"}, "the class Net is code", r"\.tflite"),
    "a Lambda": (sequential(layer("Lambda", "twice")), "Lambda layer, which is Python code .* the layer 'twice'", "run it with --trust"),
    "a Lambda in a wrapper": (sequential(layer("TimeDistributed", layer=layer("Lambda", "twice"))), "the layer 'twice'", "run it with --trust"),
    "bytecode as an activation": (sequential(layer("Dense", activation=BYTECODE)), "a Python lambda", "run it with --trust"),
    "bytecode as Keras writes it there": (
        sequential(layer("Dense", activation={"value": ["4wEAAA==", None, None]})),
        "a Python lambda as the activation",
        "by its name",
    ),
    "bytecode in a nested list": (sequential(layer("Dense", kernel=[[{"deep": BYTECODE}]])), "a Python lambda", "run it with --trust"),
    "a SavedModel as a layer": (sequential(layer("TFSMLayer", "graph", filepath="/tmp/x")), "'graph', a TFSMLayer", "run it with --trust"),
    "layers that Keras quantized": (sequential(layer("Dense", "fast", dtype=MODE)), "'fast' has the dtype policy int8", "before model.quantize"),
    "channels first": (sequential(layer("Conv2D", "edges", data_format="channels_first")), "layer 'edges' has data_format='channels_first'", "last"),
    "words": (sequential(layer("StringLookup", "words")), "the StringLookup layer 'words' turns text into numbers", "before the model"),
    "a training step of one's own": (functional(["a", 0, 0], ["b", 0, 0]) | CLASS, "the class mine>Net is code", r"keras\.Model\(model\.inputs"),
    "a loop of convolutions": (
        sequential(layer("ConvLSTM2D", "loop")),
        "ConvLSTM2D layer 'loop' .* a loop of convolutions",
        "channels of one picture",
    ),
    "a cell of one's own kind": (sequential(layer("RNN", cell=layer("StackedRNNCells"))), "RNN layer 'rnn' .* the cell StackedRNNCells", "LSTM, GRU"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_converted_is_named_before_tensorflow_starts(tmp_path: Path, what: str) -> None:
    config, says, hint = REFUSED[what]
    with came_as(Way.KERAS), pytest.raises(ModelRefused, match=says) as caught:
        examined(save(tmp_path / "net.keras", config), trust=False)
    with pytest.raises(ModelRefused, match=hint):
        raise ModelRefused(caught.value.hint)
    assert not any(word in caught.value.hint for word in ("recipe", "make ", "convert/"))


def test_what_only_training_needs_is_no_reason(tmp_path: Path) -> None:
    config = sequential(layer("Dense"))
    config["compile_config"] = {"loss": WAVE, "metrics": [BYTECODE], "optimizer": CUSTOM}
    file = examined(save(tmp_path / "net.keras", config), trust=False)
    assert file.version == "3.15.1"
    assert "compile_config" not in repaired(file)
    own = layer("Dense", kernel_initializer=WAVE, bias_regularizer=CUSTOM, kernel_constraint=BYTECODE, activation="relu")
    bare = repaired(examined(save(tmp_path / "net.keras", sequential(own)), trust=False))["config"]["layers"][1]["config"]
    assert bare.keys() == {"name", "dtype", "activation"}
    inner = examined(save(tmp_path / "net.keras", sequential(config | {"compile_config": {"loss": BYTECODE}})), trust=False)
    assert "compile_config" not in json.dumps(repaired(inner))


def test_code_is_let_through_where_it_is_trusted_or_a_recipe_builds_the_model(tmp_path: Path) -> None:
    path = save(tmp_path / "net.keras", sequential(layer("Lambda")))
    assert examined(path, trust=True)


def test_names_and_shapes_of_inputs_are_known_early() -> None:
    assert inputs_of(sequential(layer("Dense"), shape=(None, 13))) == [("input", (None, 13))]
    a = {"class_name": "InputLayer", "config": {"name": "a", "batch_shape": [None, 3]}}
    b = {"class_name": "InputLayer", "config": {"name": "b", "batch_input_shape": [None, 4]}}
    assert inputs_of(functional(["b", 0, 0], ["c", 0, 0], a, b)) == [("b", (4,))]
    assert inputs_of(functional([["b", 0, 0], ["a", 0, 0]], ["c", 0, 0], a, b)) == [("b", (4,)), ("a", (3,))]
    assert inputs_of(functional({"x": ["b", 0, 0], "y": ["a", 0, 0]}, ["c", 0, 0], a, b)) == [("b", (4,)), ("a", (3,))]
    assert inputs_of({"config": {}}) == []


def test_inputs_of_an_embedding_are_whole_numbers_and_all_others_real_ones(tmp_path: Path) -> None:
    def types(*layers: dict[str, Any]) -> list[Any]:
        held = repaired(read(save(tmp_path / "net.keras", functional([["a", 0, 0], ["b", 0, 0]], ["c", 0, 0], *layers))))
        return [each["config"].get("dtype") for each in held["config"]["layers"] if each["class_name"] == "InputLayer"]

    def given(name: str, dtype: str) -> dict[str, Any]:
        return {"class_name": "InputLayer", "config": {"name": name, "batch_shape": [None, 3], "dtype": dtype}}

    table = {**layer("Embedding", "c"), "inbound_nodes": [{"args": [{"config": {"keras_history": ["a", 0, 0]}}]}]}
    assert types(given("a", "float32"), given("b", "float32"), table) == ["int32", "float32"]
    assert types(given("a", "float32"), given("b", "uint8"), layer("Dense", "c")) == ["float32", "float32"]


def test_float_policies_become_float32(tmp_path: Path) -> None:
    half = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_float16"}, "registered_name": None}
    layers = [
        layer("Dense", dtype=half),
        layer("Dense", dtype="bfloat16"),
        layer("Embedding", dtype="int32"),
        sequential(layer("Dense", dtype="float64")),
    ]
    held = repaired(read(save(tmp_path / "net.keras", sequential(*layers))))["config"]["layers"]
    assert [each["config"].get("dtype") for each in held[1:4]] == ["float32", "float32", "int32"]
    assert held[4]["config"]["layers"][1]["config"]["dtype"] == "float32"


def test_what_keras_2_wrote_in_another_way_is_put_right(tmp_path: Path) -> None:
    old = functional(
        [["input_2", 0, 0]], [["bn", 0, 0]], layer("InputLayer", "input_2", batch_input_shape=[None, 4]), layer("BatchNormalization", "bn", axis=[1])
    )
    old |= {"module": "keras.src.engine.functional"}
    config = repaired(read(save(tmp_path / "net.keras", old, version="2.15.0")))
    assert config["module"] == "keras.src.models.functional"
    first, second = (each["config"] for each in config["config"]["layers"])
    assert first["batch_shape"] == [None, 4]
    assert "batch_input_shape" not in first
    assert second["axis"] == 1


def test_names_of_any_alphabet_become_names_that_tensorflow_takes(tmp_path: Path) -> None:
    names = ["my model", "größe", "grosse", "层", "a/b", "-x", "plain_name", "gro e", "gro-e"]
    config = sequential(*(layer("Dense", name) for name in names), name="модель 1")
    config["config"]["input_layers"] = ["größe", 0, 0]
    config["config"]["nodes"] = [{"keras_history": ["层", 0, 0]}]
    new = repaired(read(save(tmp_path / "net.keras", config)))["config"]
    found = [each["config"]["name"] for each in new["layers"][1:]]
    assert found == ["my_model", "groe", "grosse", "dense", "a_b", "x", "plain_name", "gro_e", "gro-e"]
    assert new["name"] == "1"
    assert new["input_layers"] == ["groe", 0, 0]
    assert new["nodes"] == [{"keras_history": ["dense", 0, 0]}]


def test_names_that_fall_together_stay_apart(tmp_path: Path) -> None:
    config = sequential(*(layer("Dense", name) for name in ("a b", "a_b", "a  b", "ä b")))
    found = [each["config"]["name"] for each in repaired(read(save(tmp_path / "net.keras", config)))["config"]["layers"][1:]]
    assert found == ["a_b_1", "a_b", "a_b_2", "a_b_3"]


GOOD = archive(sequential(layer("Dense")))


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "."), content)
    return out.getvalue()


def packed(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.writestr("config.json", "{}")
    return out.getvalue()


def lying(raw: bytes, size: int) -> bytes:
    """The archive with another unpacked size of config.json in its directory."""
    at = raw.rindex(b"config.json") - 46
    assert raw[at : at + 4] == b"PK\x01\x02"
    return raw[: at + 24] + size.to_bytes(4, "little") + raw[at + 28 :]


def encrypted(raw: bytes) -> bytes:
    at = raw.rindex(b"config.json") - 46
    return raw[: at + 8] + b"\x01" + raw[at + 9 :]


DAMAGED: dict[str, tuple[bytes, str]] = {
    "shortened": (GOOD[:-30], "is damaged"),
    "no zip file": (b"PK\x03\x04" + bytes(50), "is damaged"),
    "no description": (zipped(metadata__json=b"{}"), "holds no config.json|is a zip file"),
    "no weights": (zipped(config__json=b"{}"), "holds no weights"),
    "no JSON": (archive("{"), "is no JSON"),
    "no object": (archive("[1]"), "is no JSON object"),
    "a number with many digits": (archive("1" * 5000), "is no JSON"),
    "nested": (archive("[" * 100_000), f"nested more than {DEEPEST} levels"),
    "nested objects": (archive('{"a":' * 100_000), f"nested more than {DEEPEST} levels"),
    "encrypted": (encrypted(GOOD), "is encrypted"),
    "packed with lzma": (packed(zipfile.ZIP_LZMA), "compressed with lzma"),
    "packed with bzip2": (packed(zipfile.ZIP_BZIP2), "compressed with bzip2"),
    "a size that is too small": (lying(GOOD, 10), "is damaged"),
    "a size that is too large": (lying(GOOD, 100_000), "is damaged"),
    "a size of gigabytes": (lying(GOOD, 0xFFFFFFF0), "at most"),
    "a long description": (archive(b" " * (LARGEST_CONFIG + 1)), "at most"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_damaged_files_are_refused(tmp_path: Path, what: str) -> None:
    content, says = DAMAGED[what]
    (tmp_path / "net.keras").write_bytes(content)
    with pytest.raises(ModelRefused, match=says) as caught:
        read(tmp_path / "net.keras")
    assert caught.value.hint


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "net.keras", "w") as file:
        file.writestr("config.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("config.json", "{}")
    with pytest.raises(ModelRefused, match=r"two files of the name 'config\.json'"):
        read(tmp_path / "net.keras")


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """100 MB of zeros as weights, and as a description: neither takes memory."""
    for name, says in (("weights", "100,000,000 bytes of weights"), ("config", "at most")):
        content = archive(b" " * 100_000_000 if name == "config" else {}, weights=bytes(100_000_000) if name == "weights" else b"")
        assert len(content) < 500_000
        (tmp_path / "net.keras").write_bytes(content)
        del content
        tracemalloc.start()
        with pytest.raises((DoesNotFit, ModelRefused), match=says):
            read(tmp_path / "net.keras")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
        tracemalloc.stop()


def test_depth_does_not_count_what_stands_in_strings() -> None:
    assert depth(rb'{"a": "[[[[\"[[", "b": [[1], {"c": []}]}') == 4


def hdf5(path: Path, config: Any, **datasets: Any) -> Path:
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        if config is not None:
            file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        file.attrs["keras_version"] = "2.11.0"
        for name, options in datasets.items():
            file.create_dataset(name, **options)
    return path


def test_an_hdf5_file_is_judged_by_the_same_rules(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="Lambda layer, which is Python code"):
        examined(hdf5(tmp_path / "net.h5", sequential(layer("Lambda"))), trust=False)
    file = read(hdf5(tmp_path / "net.h5", sequential(layer("Dense"))))
    assert (file.legacy, file.of_keras_2, file.writer()) == (True, True, "Keras 2.11.0")
    check(file, False)


def test_the_inputs_of_an_hdf5_file_are_known_by_name(tmp_path: Path) -> None:
    ends = (layer("InputLayer", name, batch_shape=[None, size]) for name, size in (("speed", 3), ("heat", 4)))
    assert names_in_hdf5(hdf5(tmp_path / "net.h5", functional([["heat", 0, 0], ["speed", 0, 0]], ["c", 0, 0], *ends))) == ("heat", "speed")
    (tmp_path / "damaged.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    assert names_in_hdf5(tmp_path / "damaged.h5") == ()  # the process that converts says why


def test_weights_alone_and_damaged_hdf5_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="holds weights without the model"):
        read(hdf5(tmp_path / "net.weights.h5", None, dense={"data": np.zeros(3)}))
    with pytest.raises(ModelRefused, match="nested more than"):
        read(hdf5(tmp_path / "net.h5", "[" * 1000))
    whole = hdf5(tmp_path / "net.h5", sequential(layer("Dense"))).read_bytes()
    (tmp_path / "net.h5").write_bytes(whole[:700])
    with pytest.raises(ModelRefused, match="damaged HDF5 file"):
        read(tmp_path / "net.h5")


def test_an_hdf5_file_that_claims_gigabytes_or_points_elsewhere_is_refused(tmp_path: Path) -> None:
    claims = hdf5(tmp_path / "net.h5", {}, weights={"shape": (2**20, 2**12), "dtype": "f4", "chunks": (1024, 1024), "compression": "gzip"})
    assert claims.stat().st_size < 100_000
    with pytest.raises(DoesNotFit, match="17,179,869,184 bytes of weights"):
        read(claims)
    outside = {"shape": (3,), "dtype": "f4", "external": [("/etc/hostname", 0, 12)]}
    with pytest.raises(ModelRefused, match="lies in another file"):
        read(hdf5(tmp_path / "net.h5", {}, weights=outside))
    assert LARGEST_WEIGHTS < 2**34
