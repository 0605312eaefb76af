"""A cause is planted in one layer of a network that is right otherwise: that layer stands on top, and its sentence names the cause."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common import keras_env
from plumbline.common.explanation import Explanation
from plumbline.convert.explain.causes import Seen, stretched
from plumbline.convert.explain.measure import MOST_SAMPLES, explain
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.keras.quantize import TWIN
from plumbline.convert.model.graph import Quantization, Tensor

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tensorflow")]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Planted:
    """A network in which one layer is bad, and samples of it."""

    net: Any
    inputs: Floats
    calibration: Floats


@pytest.fixture(scope="module")
def kl() -> Any:
    keras_env.start()
    import keras

    keras.utils.set_random_seed(3)
    return keras.layers


def explained(planted: Planted, folder: Path, targets: NDArray[np.int64] | None = None) -> Explanation:
    """The network through TensorFlow's converter, and what is found in it."""
    from plumbline.convert.importers.keras.worker import quantize

    graph = read(quantize(planted.net, [planted.calibration], False, folder / "observed"))
    found = explain("planted", "0" * 64, graph, planted.inputs, (folder / TWIN).read_bytes(), targets)
    (folder / "explain.json").write_text(found.to_json())
    assert Explanation.load(folder / "explain.json", "0" * 64) == found
    return found


def dense_network(kl: Any, sizes: list[int]) -> Any:
    """Dense layers dense_0, dense_1, ... with ReLU but for the last."""
    from keras import Sequential

    *hidden, last = [kl.Dense(size, activation=None, name=f"dense_{number}") for number, size in enumerate(sizes[1:])]
    for layer in hidden:
        layer.activation = kl.ReLU()
    return Sequential([kl.Input((sizes[0],)), *hidden, last])


def samples(count: int, *shape: int) -> Floats:
    return np.random.default_rng(5).normal(size=(count, *shape)).astype(np.float32)


def test_a_good_network_is_left_in_peace_and_its_errors_add_up(kl: Any, tmp_path: Path) -> None:
    net, inputs = dense_network(kl, [6, 16, 16, 3]), samples(100, 6)
    found = explained(Planted(net, inputs, inputs), tmp_path)
    assert found.alarming == ()
    assert sum(each.share or 0.0 for each in found.layers) == pytest.approx(1.0)
    for each in found.layers:
        assert each.total_rms is not None
        assert each.own_rms is not None
        assert each.inherited_rms is not None
        assert each.total_rms <= each.own_rms + each.inherited_rms + 1e-12
        assert 0.2 < each.own_rms / each.step < 1.0  # a good layer's own error is little more than rounding
    assert found.layers[0].own_rms == pytest.approx(found.layers[0].step / np.sqrt(12), rel=0.1)
    assert found.last.total_rms == pytest.approx(found.last.output_rms)


def test_unequal_features_are_found_at_the_input(kl: Any, tmp_path: Path) -> None:
    net = dense_network(kl, [2, 8, 1])
    net.layers[0].set_weights([net.layers[0].get_weights()[0] * np.array([[1.0], [1e-4]], np.float32), np.zeros(8, np.float32)])
    inputs = np.random.default_rng(1).uniform(0, 1, (300, 2)).astype(np.float32) * np.array([1, 10_000], np.float32)
    unmeasured = np.setdiff1d(np.arange(300), np.linspace(0, 299, MOST_SAMPLES).round())
    inputs[unmeasured, 1] = 40_000  # what is said of the input is said of all samples, as a verification does
    found = explained(Planted(net, inputs, inputs), tmp_path)
    at_input, dense = sorted(found.alarming, key=lambda each: each.number is not None)
    assert (at_input.operator, dense.operator) == ("input", "FULLY_CONNECTED")
    because = "because feature 1 is 41,000 times larger: normalize both before the model."
    assert at_input.advice == f"feature 0 has 1 of 256 codes, {because}"
    assert dense.advice.startswith("the weights of its input 1 became 0, being far smaller than input 0's")  # it loses the other half


def test_a_calibration_that_missed_the_range_is_found_where_values_saturate(kl: Any, tmp_path: Path) -> None:
    net, inputs = dense_network(kl, [6, 16, 3]), samples(200, 6)
    found = explained(Planted(net, inputs, inputs * np.float32(0.2)), tmp_path)
    assert found.worst_first[0].operator == "input"
    assert found.worst_first[0].clipped is not None
    assert found.worst_first[0].clipped > 0.3
    assert "lie outside what the input holds" in found.worst_first[0].advice


def test_a_channel_that_outgrows_the_others_is_named(kl: Any, tmp_path: Path) -> None:
    """Channel 2 of the second convolution is 300 times as large as the others, and the next layer divides it again."""
    from keras import Sequential

    body = [kl.Conv2D(6, 3, activation="relu", name="conv_0"), kl.Conv2D(6, 3, name="conv_1"), kl.Conv2D(4, 3, name="conv_2")]
    net = Sequential([kl.Input((9, 9, 2)), *body, kl.GlobalAveragePooling2D(), kl.Softmax()])
    kernel, bias = net.get_layer("conv_1").get_weights()
    kernel[..., 2] *= 300
    net.get_layer("conv_1").set_weights([kernel, bias])
    kernel, bias = net.get_layer("conv_2").get_weights()
    kernel *= 12
    kernel[:, :, 2] /= 300
    net.get_layer("conv_2").set_weights([kernel, bias])
    inputs = samples(120, 9, 9, 2)
    targets = np.asarray(net(inputs)).argmax(axis=1)
    found = explained(Planted(net, inputs, inputs), tmp_path, targets)
    assert (found.score, found.float_score) == ("accuracy", 1.0)
    worst = found.alarming[0]
    assert worst.name.startswith("conv_1")
    assert worst.took is not None
    assert worst.took > 0.05
    assert worst.advice.startswith("channel 2 reaches ")
    assert found.last.score == pytest.approx(1.0 - sum(each.took or 0.0 for each in found.layers))


def test_a_dense_layer_with_unequal_channels_needs_a_scale_for_each(kl: Any, tmp_path: Path) -> None:
    """Both channels answer alike, but the weights of channel 1 are 500 times smaller: on one scale they become 0."""
    rng = np.random.default_rng(2)
    inputs = (rng.uniform(0, 1, (200, 1)) + 0.02 * rng.normal(size=(200, 16))).astype(np.float32)
    net = dense_network(kl, [16, 2, 1])
    net.layers[0].activation = None
    kernel = np.stack([np.tile([1.0, -1.0], 8), np.full(16, 0.002)], axis=1).astype(np.float32)
    net.layers[0].set_weights([kernel, np.zeros(2, np.float32)])
    net.layers[1].set_weights([np.array([[1.0], [6.0]], np.float32), np.zeros(1, np.float32)])
    worst = explained(Planted(net, inputs, inputs), tmp_path).alarming[0]
    assert worst.name.startswith("dense_0")
    assert worst.advice.startswith("the weights of channel 1 became 0, being far smaller than channel 0's, with one scale for all")
    assert "--per-channel-dense" in worst.advice


def test_one_weight_that_stretches_the_scale_is_named(kl: Any, tmp_path: Path) -> None:
    """The weight 60 reads a feature that is small, so that the layer's output stays as it was."""
    net, inputs = dense_network(kl, [12, 16, 16, 3]), samples(200, 12)
    inputs[:, 7] *= 0.01
    kernel, bias = net.layers[0].get_weights()
    kernel[:, :] = np.sign(kernel) * (0.2 + 0.1 * np.abs(kernel))
    kernel[7, 4] = 60.0
    net.layers[0].set_weights([kernel, bias])
    worst = explained(Planted(net, inputs, inputs), tmp_path).alarming[0]
    assert worst.name.startswith("dense_0")
    assert worst.advice.startswith("one weight is more than 10 times as large as the others of channel 4")


def test_outputs_of_unequal_size_share_a_scale(kl: Any, tmp_path: Path) -> None:
    net, inputs = dense_network(kl, [6, 16, 2]), samples(200, 6)
    kernel, bias = net.layers[-1].get_weights()
    net.layers[-1].set_weights([kernel * np.array([1.0, 900.0], np.float32), bias])
    found = explained(Planted(net, inputs, inputs), tmp_path)
    assert found.output_error is not None
    assert found.output_error > 0.2  # of the small output; beside the large one its error is nothing
    assert found.alarming[0].number == 1
    assert found.alarming[0].advice.startswith(("output 1 reaches ", "the weights of channel 0 "))


def test_one_extreme_sample_that_stretches_a_range_is_named(kl: Any, tmp_path: Path) -> None:
    net, inputs = dense_network(kl, [6, 16, 3]), samples(200, 6)
    inputs[17] *= 150
    found = explained(Planted(net, inputs, inputs), tmp_path)
    assert found.layers[0].operator == "input"
    extreme = explained(Planted(net, np.delete(inputs, 17, axis=0), inputs), tmp_path)
    assert extreme.worst_first[0].operator == "input"
    assert extreme.worst_first[0].advice.startswith("the samples use ")
    assert "that the calibration samples reached" in extreme.worst_first[0].advice


def test_values_far_from_0_are_no_extreme_that_stretches_the_range() -> None:
    tensor = Tensor(0, "out", "INT8", (1, 1), Quantization((20.1 / 255,), (-128,), 0), None)
    values = np.random.default_rng(1).uniform(19.9, 20.1, (200, 1)).astype(np.float32)
    near = Seen(None, tensor, np.full((200, 1), 127, np.int8), values, values, answers=True)
    assert "which holds 0 as well: take what they have in common off" in stretched(near)
    values = np.where(np.arange(200)[:, None] < 199, values - 20, values)
    assert "stretches it" in stretched(replace(near, floats=values))
