"""The float32 flatbuffer beside an int8 one: its tensors are found, and from any layer on it computes what the whole of it computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common import keras_env
from plumbline.common.errors import ModelRefused
from plumbline.convert.explain.twin import pair
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.keras.quantize import TWIN

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tensorflow")]


def networks() -> dict[str, Callable[[], Any]]:
    """One network for each way in which the converter changes layers: fused, folded, rescaled, with several outputs, recurrent."""
    from keras import Model, Sequential
    from keras import layers as kl

    def folded() -> Any:
        block = [kl.Conv2D(6, 3), kl.BatchNormalization(), kl.ReLU(), kl.DepthwiseConv2D(3), kl.BatchNormalization(), kl.ReLU(6.0)]
        return Sequential([kl.Input((9, 9, 2)), *block, kl.MaxPooling2D(2), kl.Flatten(), kl.Dense(4, activation="softmax")])

    def residual() -> Any:
        start = kl.Input((8, 8, 3))
        left = kl.Conv2D(3, 3, padding="same", activation="relu")(start)
        right = kl.Conv2D(3, 3, padding="same", activation="tanh")(left)
        joined = kl.Concatenate()([kl.Add()([left, right]), right])
        return Model(start, kl.Dense(2)(kl.GlobalAveragePooling2D()(joined)))

    return {
        "folded": folded,
        "residual": residual,
        "fused lstm": lambda: Sequential([kl.Input((5, 3)), kl.LSTM(4), kl.Dense(2)]),
        "unrolled lstm": lambda: Sequential([kl.Input((3, 3)), kl.LSTM(4, unroll=True), kl.Dense(2)]),
        "unrolled gru": lambda: Sequential([kl.Input((3, 3)), kl.GRU(4, unroll=True), kl.Dense(2)]),
    }


def test_every_tensor_of_an_int8_model_has_its_partner(tmp_path: Path) -> None:
    keras_env.start()
    import keras

    from plumbline.convert.importers.keras.worker import quantize

    for name, build in networks().items():
        keras.utils.set_random_seed(1)
        net = build()
        inputs = np.random.default_rng(1).normal(size=(12, *net.input_shape[1:])).astype(np.float32)
        graph = read(quantize(net, [inputs], False, tmp_path / "observed"))
        twin = pair(graph, (tmp_path / TWIN).read_bytes())
        written = [tensor for operator in graph.operators for tensor in operator.outputs]
        assert [tensor.name for tensor in written if tensor.index not in twin.partners] == [], name
        whole = twin.tail([graph.input.index])
        places = sorted(whole.computed)
        values = dict(zip(places, whole.run({graph.input.index: inputs}, places), strict=True))
        np.testing.assert_allclose(values[twin.output], np.asarray(net(inputs)).reshape(12, -1), rtol=1e-4, atol=1e-5, err_msg=name)
        known, given = [graph.input.index], {graph.input.index: inputs.reshape(12, -1)}
        for operator in graph.operators[:-1]:  # from each layer on: the float values there lead to the same output
            for tensor in operator.outputs:
                known.append(tensor.index)
                given[tensor.index] = values[twin.partners[tensor.index]]
            (output,) = twin.tail(known).run(given, [twin.output])
            np.testing.assert_allclose(output, values[twin.output], rtol=1e-4, atol=1e-5, err_msg=f"{name} behind {operator.layer}")


def test_a_twin_of_another_model_is_refused(tmp_path: Path) -> None:
    keras_env.start()
    import keras

    from plumbline.convert.importers.keras.worker import quantize

    graphs, twins = [], []
    for size in (3, 4):
        net = keras.Sequential([keras.layers.Input((size,)), keras.layers.Dense(2)])
        graphs.append(read(quantize(net, [np.eye(size, dtype=np.float32)], False, tmp_path / "observed")))
        twins.append((tmp_path / TWIN).read_bytes())
    with pytest.raises(ModelRefused, match="other inputs or outputs"):
        pair(graphs[0], twins[1])
