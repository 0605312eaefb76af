"""Keras models as people save them, through Keras itself: what inference does without is no reason, and layers are exported as what they compute."""

from __future__ import annotations

import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common import keras_env
from plumbline.common.errors import ConversionFailed, ModelRefused
from plumbline.common.quantization import dequantize_float32
from plumbline.common.rows import from_reals, to_reals, values_of
from plumbline.convert.importers.flatbuffer import reader
from plumbline.convert.importers.float_answers import float_answers
from plumbline.convert.importers.keras.answers import float_model, predict
from plumbline.convert.importers.keras.config import ACTIVATIONS
from plumbline.convert.importers.keras.load import axes, check_weights, examined, load
from plumbline.convert.importers.keras.recurrent_export import convertible
from plumbline.convert.importers.keras.worker import quantize as converted
from plumbline.convert.importers.samples.shape import fit
from plumbline.convert.references import tflm
from plumbline.convert.references.reference_interpreter import run
from tests.support.keras_writer import layer, save, sequential

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tensorflow")]

RNG = np.random.default_rng(3)


@pytest.fixture(scope="module")
def keras() -> Any:
    keras_env.start()
    import keras

    keras.utils.set_random_seed(1)
    return keras


def loaded(path: Path) -> Any:
    return load(examined(path, trust=False), False)


def int8_error(model: Any, samples: NDArray[np.float32]) -> tuple[list[str], float]:
    """The operators that a model becomes, and the largest distance of its int8 answers from float, as a share of the answers' range."""
    samples = fit(samples, axes(model)[0])
    with tempfile.TemporaryDirectory() as folder:
        graph = reader.read(converted(model, [samples], False, Path(folder) / "observed"))
    (answers,) = predict(model, [samples])
    codes = run(graph, values_of(samples, graph.input).reshape(len(samples), -1))
    distance = np.abs(dequantize_float32(codes, graph.output.quantized) - answers).max()
    return [operator.name for operator in graph.operators], float(distance / np.ptp(answers))


def test_what_inference_does_without_is_no_reason(keras: Any, tmp_path: Path) -> None:
    """Names in any alphabet, mixed precision, layers that augment data, an image of any size, and a loss of one's own, in one model."""
    layers = keras.layers
    inner = keras.Sequential([layers.RandomZoom(0.1), layers.Conv2D(3, 3, activation="relu", name="Faltung ü")], name="in nen")
    image = keras.Input((None, None, 1), name="Bild 1")
    found = layers.GaussianNoise(0.1)(inner(layers.RandomFlip(name="umdrehen!")(image)))
    found = layers.GlobalAveragePooling2D(name="層")(layers.BatchNormalization(dtype="mixed_float16")(found))
    shared = layers.Dense(3, name="ge teilt", dtype="mixed_bfloat16")
    model = keras.Model(image, layers.Dense(2, name="-")(shared(shared(found))), name="Größe & мир")

    def loss(wanted: Any, answered: Any) -> Any:
        return keras.ops.mean(keras.ops.abs(wanted - answered))

    model.compile("adam", loss=loss, metrics=[loss])
    samples = RNG.normal(size=(30, 10, 12, 1)).astype(np.float32)
    path = tmp_path / "Größe мир.keras"
    model.save(path)
    again = loaded(path)
    assert {weight.dtype for weight in again.weights if "seed" not in weight.path} == {"float32"}
    np.testing.assert_allclose(predict(again, [samples])[0], predict(model, [samples])[0], atol=0.03)
    operators, error = int8_error(again, samples)
    assert operators == ["CONV_2D", "MUL", "MEAN", "FULLY_CONNECTED", "FULLY_CONNECTED", "FULLY_CONNECTED"]  # MUL is the normalization
    assert error < 0.06


def recurrent(keras: Any) -> dict[str, Any]:
    layers = keras.layers
    pair = layers.Bidirectional
    return {
        "LSTM": layers.LSTM(4),
        "LSTM unrolled": layers.LSTM(4, unroll=True, return_sequences=True),
        "LSTM with relu": layers.LSTM(4, activation="relu", recurrent_activation="hard_sigmoid"),
        "LSTM backwards without bias": layers.LSTM(4, go_backwards=True, use_bias=False, return_sequences=True),
        "GRU": layers.GRU(4),
        "GRU unrolled": layers.GRU(4, unroll=True, return_sequences=True),
        "GRU, reset before": layers.GRU(4, reset_after=False),
        "GRU without bias": layers.GRU(4, use_bias=False, activation="linear"),
        "GRU, reset before, without bias": layers.GRU(4, use_bias=False, reset_after=False, go_backwards=True),
        "SimpleRNN": layers.SimpleRNN(4, return_sequences=True),
        "SimpleRNN without bias": layers.SimpleRNN(4, use_bias=False, activation="relu"),
        "RNN of a cell": layers.RNN(layers.GRUCell(4)),
        "both ways": pair(layers.LSTM(4, return_sequences=True)),
        "both ways, last": pair(layers.GRU(4)),
        "both ways, summed": pair(layers.SimpleRNN(4, return_sequences=True), merge_mode="sum"),
        "both ways, averaged": pair(layers.LSTM(4, unroll=True), merge_mode="ave"),
        "both ways, multiplied": pair(layers.GRU(4, return_sequences=True), merge_mode="mul"),
    }


def test_what_weights_began_with_and_were_held_to_is_no_reason(keras: Any, tmp_path: Path) -> None:
    def begin(shape: tuple[int, ...], dtype: str | None = None) -> Any:
        return keras.ops.ones(shape, dtype or "float32")

    class Small(keras.regularizers.Regularizer):  # type: ignore[misc]
        def __call__(self, weights: Any) -> Any:
            return keras.ops.sum(weights)

        def get_config(self) -> dict[str, Any]:
            return {}

    own = keras.layers.Dense(3, activation=keras.ops.relu, kernel_initializer=begin, kernel_regularizer=Small(), bias_constraint=abs)
    model = keras.Sequential([keras.Input((4,)), own, keras.layers.Dense(2)])
    model.save(tmp_path / "net.keras")
    np.testing.assert_array_equal(loaded(tmp_path / "net.keras").predict(np.eye(4), verbose=0), model.predict(np.eye(4), verbose=0))


def test_one_output_in_a_dictionary_is_one_output(keras: Any, tmp_path: Path) -> None:
    image = keras.Input((4,))
    keras.Model({"x": image}, {"y": keras.layers.Dense(2)(image)}).save(tmp_path / "net.keras")
    assert loaded(tmp_path / "net.keras")(np.zeros((3, 4), np.float32)).shape == (3, 2)


def test_several_ends_are_known_by_their_names(keras: Any, tmp_path: Path) -> None:
    """Whole numbers for an Embedding, in whatever type the input was declared; the flatbuffer's order of inputs and outputs is its own."""
    layers = keras.layers
    second, first, words = keras.Input((6,), name="zweit ü"), keras.Input((4,), name="first"), keras.Input((5,), name="words")
    looked = layers.GlobalAveragePooling1D()(layers.Embedding(10, 4)(words))
    found = layers.Concatenate()([layers.Dense(4, activation="relu")(second), layers.Dense(4)(first), looked])
    model = keras.Model([second, first, words], {"place": layers.Dense(2)(found), "kind": layers.Dense(3, activation="softmax")(found)})
    model.save(tmp_path / "net.keras")
    again = loaded(tmp_path / "net.keras")
    given = [RNG.normal(size=(30, 6)), RNG.normal(size=(30, 4)), RNG.integers(0, 10, (30, 5))]
    samples = [each.astype(np.float32) for each in given]
    raw = converted(again, samples, False, tmp_path / "observed")
    graph = reader.read(raw)
    assert {graph.name_of(end): end.type for end in graph.inputs} == {"zweit_u": "INT8", "first": "INT8", "words": "INT32"}
    assert {graph.name_of(end) for end in graph.outputs} == {"kind", "place"}
    assert not {"SELECT", "CAST", "LESS"} & {operator.name for operator in graph.operators}
    answers = float_answers(float_model(again), raw, {"calibration": samples, "test": samples, "points": [each[:0] for each in samples]})
    expected = model({"zweit ü": samples[0], "first": samples[1], "words": samples[2]} if isinstance(model.input, dict) else samples)
    order = [graph.name_of(end) for end in graph.outputs]
    np.testing.assert_allclose(answers["float_samples"], np.concatenate([expected[name] for name in order], axis=1), atol=1e-6)
    if tflm.available():
        int8 = to_reals(tflm.Interpreter(raw, graph).run(answers["codes"][answers["sample_rows"]]), graph.outputs)
        assert np.abs(int8 - answers["float_samples"]).max() < 0.1


def test_layers_may_hand_int16_to_each_other(keras: Any, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(6, activation="relu"), keras.layers.Dense(3)])
    samples = RNG.normal(size=(40, 8)).astype(np.float32)
    graph = reader.read(converted(model, [samples], False, tmp_path / "observed", "int16"))
    assert {tensor.type for operator in graph.operators for tensor in operator.outputs} == {"INT16"}
    answers = to_reals(run(graph, from_reals(samples, graph.inputs)), graph.outputs)
    floats = predict(model, [samples])[0]
    assert np.abs(answers - floats).max() < 0.01 * np.ptp(floats)


def test_the_activations_of_keras_are_known_by_name(keras: Any) -> None:
    functions = {name for name in dir(keras.activations) if not name.startswith("_")} - {"get", "serialize", "deserialize"}
    assert functions == set(ACTIVATIONS.pattern.split("|"))


def test_recurrent_layers_are_exported_as_what_keras_computes(keras: Any) -> None:
    sequences = RNG.normal(size=(1, 6, 3)).astype(np.float32)
    for name, each in recurrent(keras).items():
        model = keras.Sequential([keras.Input((6, 3)), each])
        model.set_weights([RNG.normal(size=weight.shape).astype(np.float32) for weight in model.get_weights()])
        expected = model(sequences).numpy()
        with convertible(model):
            np.testing.assert_allclose(model(sequences).numpy(), expected, atol=2e-6, err_msg=name)
        np.testing.assert_array_equal(model(sequences).numpy(), expected, err_msg=f"{name}, afterwards")


def test_states_are_handed_on(keras: Any) -> None:
    layers = keras.layers
    sequences = keras.Input((5, 3))
    _, hidden, cell = layers.LSTM(4, return_state=True)(sequences)
    decoded = layers.LSTM(4, return_sequences=True)(sequences, initial_state=[hidden, cell])
    _, state = layers.GRU(4, return_state=True)(decoded)
    model = keras.Model(sequences, layers.GRU(4)(decoded, initial_state=state))
    given = RNG.normal(size=(1, 5, 3)).astype(np.float32)
    expected = model(given).numpy()
    with convertible(model):
        np.testing.assert_allclose(model(given).numpy(), expected, atol=2e-6)


@pytest.mark.parametrize("unroll", [True, False])
def test_a_gru_is_converted_unrolled_and_not(keras: Any, unroll: bool) -> None:
    layers = keras.layers
    model = keras.Sequential([keras.Input((4, 3)), layers.GRU(3, unroll=unroll), layers.Dense(2)])
    operators, error = int8_error(model, RNG.normal(size=(40, 4, 3)).astype(np.float32))
    assert {"LOGISTIC", "TANH", "MUL", "FULLY_CONNECTED"} <= set(operators)
    assert error < 0.1


def in_the_form_of_keras_2(path: Path) -> None:
    """Write a functional model of Keras 3 down as Keras 2.15 does."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config |= {"module": "keras.src.engine.functional", "registered_name": "Functional"}
    for each in config["config"]["layers"]:
        held = each["config"]
        held["dtype"] = "float32"
        if each["class_name"] == "InputLayer":
            held["batch_input_shape"] = held.pop("batch_shape")
        if each["class_name"] == "BatchNormalization":
            held["axis"] = [1]
        nodes = [node["args"][0]["config"]["keras_history"] for node in each["inbound_nodes"]]
        each["inbound_nodes"] = [[[*node, {}]] for node in nodes]
    for end in ("input_layers", "output_layers"):
        config["config"][end] = [config["config"][end]] if isinstance(config["config"][end][0], str) else config["config"][end]
    members["config.json"] = json.dumps(config).encode()
    members["metadata.json"] = json.dumps({"keras_version": "2.15.0"}).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_files_of_keras_2_are_loaded_with_their_weights_or_refused(keras: Any, tmp_path: Path) -> None:
    numbers = keras.Input((4,))
    found = keras.layers.Dense(3, activation="relu")(keras.layers.BatchNormalization()(numbers))
    model = keras.Model(numbers, keras.layers.Dense(2)(found))
    model.set_weights([RNG.uniform(0.5, 2, weight.shape).astype(np.float32) for weight in model.get_weights()])
    samples = RNG.normal(size=(10, 4)).astype(np.float32)
    path = tmp_path / "net.keras"
    model.save(path)
    in_the_form_of_keras_2(path)
    np.testing.assert_array_equal(predict(loaded(path), [samples])[0], predict(model, [samples])[0])

    import h5py

    file = examined(path, trust=False)
    model.save(tmp_path / "other.keras")
    with zipfile.ZipFile(tmp_path / "other.keras") as archive:
        archive.extract("model.weights.h5", tmp_path)
    with h5py.File(tmp_path / "model.weights.h5", "r+") as held:
        held["layers/dense/vars/1"][...] = 7
    other = replace(file, weights=(tmp_path / "model.weights.h5").read_bytes())
    with pytest.raises(ModelRefused, match=r"was written by Keras 2\.15\.0: Keras 3 builds its layers, but not with its weights"):
        check_weights(model, other)


def test_hdf5_files_are_loaded(keras: Any, tmp_path: Path) -> None:
    layers = keras.layers
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu", name="größe 1"), layers.BatchNormalization(), layers.Dense(2)])
    model.compile("adam", loss=lambda wanted, answered: keras.ops.mean(wanted - answered))
    samples = RNG.normal(size=(10, 4)).astype(np.float32)
    model.save(tmp_path / "net.h5")
    np.testing.assert_array_equal(predict(loaded(tmp_path / "net.h5"), [samples])[0], predict(model, [samples])[0])
    keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: 2 * x), layers.Dense(2)]).save(tmp_path / "code.h5")
    with pytest.raises(ModelRefused, match="Lambda layer, which is Python code"):
        loaded(tmp_path / "code.h5")


def test_what_keras_does_not_build_is_said_with_its_cause(keras: Any, tmp_path: Path) -> None:
    unknown = sequential(layer("NoSuchLayer"))
    with pytest.raises(ModelRefused, match="NoSuchLayer") as caught:
        loaded(save(tmp_path / "net.keras", unknown))
    assert caught.value.hint
    negative = sequential({**layer("Dense", units=-3), "build_config": {"input_shape": [None, 8]}})
    with pytest.raises(ModelRefused, match=r"Keras does not build the model in .*, which Keras 3\.15\.1 wrote: .*units.*-3"):
        loaded(save(tmp_path / "net.keras", negative))


def test_weights_that_are_no_numbers_are_refused(keras: Any, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="last")])
    model.layers[0].bias.assign([1.0, np.nan])
    model.save(tmp_path / "net.keras")
    with pytest.raises(ConversionFailed, match="last/bias holds NaN or infinity"):
        loaded(tmp_path / "net.keras")
