"""The operators that TensorFlow's converter makes of Keras layers are called as these."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbline.common import keras_env
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.keras_layers import with_layers

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tensorflow")]


def networks() -> dict[str, tuple[Callable[[], Any], list[str]]]:
    """Models, and what their operators are called."""
    from keras import Model, Sequential
    from keras import layers as kl

    def nested() -> Any:
        start = kl.Input((8, 8, 3))
        body = kl.ReLU(name="relu")(kl.BatchNormalization(name="norm")(kl.Conv2D(4, 3, name="conv_1")(start)))
        body = kl.GlobalAveragePooling2D(name="pool")(kl.Conv2D(4, 3, name="conv_1_1")(body))
        parts = [Sequential([kl.Input((4,)), kl.Dense(4, "relu", name="a"), kl.Dense(4, name="b")], name=name) for name in ("inner", "other")]
        shared = kl.Dense(4, "relu", name="shared")
        body = shared(parts[1](shared(parts[0](body))))
        return Model(start, {"kind": kl.Dense(3, "softmax", name="kinds")(body), "size": kl.Dense(1, name="sizes")(body)})

    convolutions = ["conv_1", "conv_1_1", "pool", "inner_a", "inner_b", "shared", "other_a", "other_b", "shared_2"]
    lstms = [kl.LSTM(3, return_sequences=True, name="first"), kl.Dropout(0.1), kl.LSTM(3, name="second"), kl.Dense(2, name="end")]
    return {
        "nested": (nested, [*convolutions, "kinds", "kinds_softmax", "sizes"]),
        "recurrent": (
            lambda: Sequential([kl.Input((5, 2)), *lstms, kl.Softmax(name="probabilities")]),
            ["first", "second", "second_strided_slice", "end", "probabilities"],
        ),
    }


def test_operators_have_the_names_of_their_layers(tmp_path: Path) -> None:
    keras_env.start()
    import keras

    from plumbline.convert.importers.keras.answers import output_names
    from plumbline.convert.importers.keras.layers import layers_in
    from plumbline.convert.importers.keras.worker import quantize

    for name, (build, expected) in networks().items():
        keras.backend.clear_session()
        net = build()
        inputs = np.random.default_rng(1).normal(size=(12, *net.input_shape[1:])).astype(np.float32)
        graph = with_layers(read(quantize(net, [inputs], False, tmp_path / "observed")), layers_in(net, output_names(net)))
        assert [each.called for each in graph.operators] == expected, name
