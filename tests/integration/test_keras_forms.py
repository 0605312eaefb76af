"""Layers in another form than Keras's own: the same numbers, and the operators that the page says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from plumbline.common import keras_env
from plumbline.common.paths import ROOT
from plumbline.convert.importers.flatbuffer.parse import take_apart
from plumbline.convert.importers.keras.activation_forms import forms
from plumbline.convert.importers.keras.islands import joined
from plumbline.convert.importers.keras.recurrent_export import convertible
from plumbline.convert.operators.cases import FLOAT32, TensorSpec
from plumbline.convert.references import tflm
from tests.support.tflite_writer import write_graph
from tests.support.write_operators import unary

RNG = np.random.default_rng(3)


@pytest.fixture(scope="module")
def keras(tensorflow: None) -> Any:
    keras_env.start()
    import keras

    keras.utils.set_random_seed(1)
    return keras


@pytest.mark.slow
def test_forms_compute_what_keras_does(keras: Any) -> None:
    layers = keras.layers
    image, rows = (8, 6, 4), (6, 4)
    cases = [
        (image, layers.UpSampling2D((2, 3))),
        (rows, layers.UpSampling1D(3)),
        ((5,), layers.RepeatVector(3)),
        (rows, layers.TimeDistributed(layers.Dense(3, activation="gelu"))),
        ((3, *image), layers.TimeDistributed(layers.Conv2D(2, 3))),
        ((3, *rows), layers.TimeDistributed(layers.GRU(2))),
        (rows, layers.LayerNormalization()),
        (image, layers.LayerNormalization(axis=(1, 3), scale=False)),
        (image, layers.GroupNormalization(2, center=False)),
        (rows, layers.RMSNormalization()),
        (rows, layers.UnitNormalization()),
        (rows, layers.ELU()),
        (rows, layers.ELU(0.3)),
        *((rows, layers.Activation(name)) for name in forms()),
    ]
    for shape, layer in cases:
        model = keras.Sequential([keras.Input(shape), layer])
        model.set_weights([RNG.normal(size=weight.shape).astype(np.float32) for weight in model.get_weights()])
        given = RNG.normal(0, 3, (1, *shape)).astype(np.float32)
        expected = model(given).numpy()
        with convertible(model):
            np.testing.assert_allclose(model(given).numpy(), expected, atol=3e-3, rtol=1e-5, err_msg=f"{layer.name} of {shape}")
        np.testing.assert_array_equal(model(given).numpy(), expected, err_msg=f"{layer.name}, afterwards")


@pytest.mark.slow
@pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel")
def test_the_page_says_what_layers_become(tensorflow: None) -> None:
    from tools.keras_layers import keras_layers

    page = (ROOT / "docs" / "reference" / "keras.md").read_text()
    assert [line for line in page.splitlines() if line.startswith("|")] == keras_layers().splitlines()


def test_an_operator_between_dequantize_and_quantize_goes_on_int8() -> None:
    tensors = [
        TensorSpec("input", (1, 4), (0.05,), (3,)),
        TensorSpec("real", (1, 4), kind=FLOAT32),
        TensorSpec("bent", (1, 4), kind=FLOAT32),
        TensorSpec("out", (1, 4), (0.04,), (-90,)),
    ]
    steps = [unary("DEQUANTIZE", 0, 1), unary("ELU", 1, 2), unary("QUANTIZE", 2, 3)]
    found = take_apart(joined(write_graph(tensors, steps, 0, 3)))
    assert [(operator.name, operator.inputs[0], operator.outputs[0].name) for operator in found.operators] == [("ELU", found.tensors[0], "out")]
    other = write_graph(tensors, [steps[0], unary("TANH", 1, 2), steps[2]], 0, 3)
    assert joined(other) == other
