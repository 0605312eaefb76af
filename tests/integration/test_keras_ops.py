"""Masks, and operations of keras.ops between layers: converted, they compute what Keras does, and every engine answers alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common import keras_env
from plumbline.common.rows import from_reals, to_reals
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.float_answers import places
from plumbline.convert.references import reference_interpreter, tflm

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not tflm.available(), reason="the tflite-micro wheel exists for Linux on x86-64 only")]
RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def keras(tensorflow: None) -> Any:
    keras_env.start()
    import keras

    return keras


def converted(model: Any, path: Path, samples: NDArray[Any]) -> dict[str, float]:
    """Saved, loaded and converted: how far each output is from Keras's, as a share of its spread; on the way all engines answer alike."""
    from plumbline.convert.importers.keras.answers import float_model
    from plumbline.convert.importers.keras.load import examined, load
    from plumbline.convert.importers.keras.worker import quantize

    for weight in model.weights:
        weight.assign(RNG.normal(0, 0.5, weight.shape))
    model.save(path / "net.keras")
    loaded = load(examined(path / "net.keras", trust=False), trust=False)
    given = samples.astype(np.float32)
    raw = quantize(loaded, [given], False, path / "observed")
    graph = read(raw)
    codes = from_reals(given.reshape(len(given), -1), graph.inputs)
    found = tflm.Interpreter(raw, graph).run(codes)
    np.testing.assert_array_equal(reference_interpreter.run(graph, codes), found)
    asked = float_model(loaded)
    floats = asked.predict([given], None)
    reals = np.split(to_reals(found, graph.outputs), np.cumsum([each.elements for each in graph.outputs])[:-1], axis=1)
    names = [graph.name_of(end) for end in graph.outputs]
    pairs = zip(names, reals, places(graph, graph.outputs, asked.outputs), strict=True)
    return {name: float(np.sqrt(((mine - floats[place]) ** 2).mean()) / floats[place].std()) for name, mine, place in pairs}


def test_masked_steps_do_not_count(keras: Any, tmp_path: Path) -> None:
    layers = keras.layers
    rows = RNG.integers(1, 7, (24, 4))
    for row in rows:
        row[RNG.integers(1, 5) :] = 0
    given = keras.Input((4,), dtype="int32")
    shown = layers.Embedding(7, 3, mask_zero=True)(given)
    outputs = {"last": layers.LSTM(3)(shown), "mean": layers.GlobalAveragePooling1D()(shown)}
    assert max(converted(keras.Model(given, outputs), tmp_path, rows).values()) < 0.05


def test_a_masking_layer_says_which_steps_count(keras: Any, tmp_path: Path) -> None:
    samples = RNG.normal(size=(24, 3, 2))
    for sample in samples:
        sample[RNG.integers(1, 4) :] = 0
    model = keras.Sequential([keras.Input((3, 2)), keras.layers.Masking(), keras.layers.SimpleRNN(3, go_backwards=True)])
    assert max(converted(model, tmp_path, samples).values()) < 0.05


def test_operations_between_layers(keras: Any, tmp_path: Path) -> None:
    ops = keras.ops
    given = keras.Input((4, 3))
    samples = RNG.normal(size=(24, 4, 3))
    outputs = {"bent": ops.exp(ops.gelu(given)), "place": ops.argmax(given, axis=-1), "again": ops.tile(given, (1, 2, 1))}
    found = converted(keras.Model(given, outputs), tmp_path, samples)
    assert found.pop("place") < 0.5  # of two numbers that are one code either may be the largest
    assert max(found.values()) < 0.05, found
