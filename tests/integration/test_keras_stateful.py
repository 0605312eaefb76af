"""Keras models with a state: recurrent layers and rings keep it on the board, and the float model that judges them runs the same sequences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common import keras_env
from plumbline.common.activations import INT8, INT16
from plumbline.common.rows import to_reals
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.float_answers import float_answers
from plumbline.convert.importers.keras.answers import float_model
from plumbline.convert.importers.keras.load import examined, load
from plumbline.convert.importers.keras.worker import quantize
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import compiled_c

pytestmark = pytest.mark.slow
Floats = NDArray[np.float32]
ROWS = 30
"""Samples, a sequence of 11, one of 11 and one of 8."""


@pytest.fixture(scope="module")
def keras(tensorflow: None) -> Any:
    keras_env.start()
    import keras

    keras.utils.set_random_seed(1)
    return keras


def recurrent(keras: Any) -> list[Any]:
    """Every kind of recurrent layer, one behind the other."""
    layers = keras.layers
    backwards = layers.Bidirectional(layers.RNN(layers.SimpleRNNCell(3), stateful=True, name="simple"), name="both_ways")
    more = [layers.LSTM(4, stateful=True, return_sequences=True, name="lstm"), backwards]
    return [layers.GRU(5, stateful=True, return_sequences=True, name="gru"), *more, layers.Dense(2, name="answer")]


def rings(keras: Any) -> list[Any]:
    """A streaming convolution, whose outputs are kept as well, beside an LSTM without a state of its own."""
    from plumbline.common.ring import Ring

    layers = keras.layers
    convolution = [Ring(4, name="heard"), layers.Conv1D(6, 5, activation="relu", name="filters")]
    return [*convolution, Ring(3, name="found"), layers.LSTM(4, name="latest"), layers.Dense(2, activation="softmax", name="answer")]


def made(keras: Any, layers: list[Any], folder: Path, batch: int = 1) -> Path:
    """The model in a file, after it was used: the file holds what that has left of a state."""
    model = keras.Sequential([keras.Input((2, 4), batch_size=batch, name="input"), *layers], name="net")
    model(walk(batch))
    model.save(folder / "net.keras")
    return folder / "net.keras"


def walk(rows: int) -> Floats:
    """Slow signals, (rows, 2, 4), within [-2, 2]."""
    found = np.cumsum(np.random.default_rng(5).normal(0, 0.4, (rows, 2, 4)), axis=0)
    return np.asarray(np.clip(found - found.mean(axis=0), -2, 2), np.float32)


@pytest.mark.parametrize(("layers", "activations"), [(recurrent, INT8), (rings, INT16)])
@pytest.mark.skipif(not tflm.available() or compiled_c.compiler() is None, reason="needs the tflite-micro wheel and a C compiler")
def test_a_state_goes_on_and_is_reset(tmp_path: Path, keras: Any, layers: Callable[[Any], list[Any]], activations: str) -> None:
    path = made(keras, layers(keras), tmp_path, batch=1 if layers is rings else 8)
    model, samples = load(examined(path, False), False), walk(ROWS)
    raw = quantize(model, [samples], False, tmp_path / "observed", activations)
    graph, starts = read(raw), np.arange(ROWS) % 11 == 0
    assert graph.stateful
    assert not graph.recurrent
    given = {"calibration": [samples], "test": [samples], "points": [samples[:0]]}
    found = float_answers(float_model(model), raw, given, starts)
    codes, asked = found["codes"], found["starts"]
    np.testing.assert_array_equal(asked[:ROWS], starts)
    expected = tflm.Interpreter(raw, graph).run(codes, asked)
    np.testing.assert_array_equal(reference_interpreter.run(graph, codes, starts=asked), expected)
    np.testing.assert_array_equal(compiled_c.run(tmp_path, [graph], [codes], starts=[asked])[0], expected)
    floats = found["float_samples"]
    assert np.abs(to_reals(expected[:ROWS], graph.outputs) - floats).max() < 0.15 * np.ptp(floats)
    one_by_one = []  # Keras itself, without any of the forms that a conversion gives it
    for row, start in zip(samples, starts, strict=True):
        for layer in model._flatten_layers():
            if start and hasattr(layer, "reset_state") and getattr(layer, "stateful", True):
                layer.reset_state()
        one_by_one.append(model(row[np.newaxis], training=False).numpy().ravel())
    np.testing.assert_allclose(floats, one_by_one, atol=1e-6)
    forgetful = reference_interpreter.run(graph, codes, starts=np.ones(len(codes), bool))
    assert (forgetful != expected).mean() > 0.5  # the state decides about the answers
