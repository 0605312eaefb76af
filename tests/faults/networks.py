"""Models of several input numbers whose mutants are told by chosen inputs: made here, for whoever has no public ones at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from plumbline.convert.operators.cases import Case
from plumbline.convert.operators.shared.variables.random_cases import Stream, ring, sum_up
from tests.support.flatbuffer_writer import random_model, write
from tests.support.tflite_writer import INT8, INT16, INT32, INT64, UINT8, TensorSpec, write_case, write_graph
from tests.support.write_operators import binary, conv_2d, depthwise_conv_2d, fully_connected, reshape, softmax, unary

SPREAD = 30
"""Codes that a layer's answers to noise lie apart, roughly."""


def images(ahead: float) -> bytes:
    """The flatbuffer of a small convolutional classifier, one class of which is ahead by so many times what noise moves the others.

    With 4 it answers noise nearly always alike, as many public models do.
    """
    rng = np.random.default_rng(7)
    tensors = [TensorSpec("input", (1, 10, 10, 2), (0.02,), (-5,))]

    def layer(name: str, weights: tuple[int, ...], axis: int, target: tuple[int, ...], lead: float = 0.0) -> tuple[tuple[int, ...], int]:
        """Weights, bias and output of a layer behind the last tensor; the operator's inputs, and its output."""
        source, last = len(tensors) - 1, tensors[-1].scales[0]
        taps = int(np.prod(weights)) // weights[axis]
        moved = (60 if source == 0 else 16) * 40 * np.sqrt(taps)  # by codes 60 or 16 and weights 40 apart
        bias = rng.normal(0, moved / 4, weights[axis]).astype(np.int32)
        bias[0] += int(lead * moved)
        tensors.append(TensorSpec(f"net/{name}/weights", weights, (0.01,), (0,), rng.normal(0, 40, weights).clip(-127, 127).astype(np.int8)))
        tensors.append(TensorSpec(f"net/{name}/bias", (weights[axis],), (last * 0.01,), (0,), bias, INT32))
        tensors.append(TensorSpec(f"net/{name}/out", target, (float(np.float32(last * 0.01 * moved / SPREAD)),), (-40,)))
        return (source, source + 1, source + 2), source + 3

    first, one = layer("conv", (6, 3, 3, 2), 0, (1, 5, 5, 6))
    second, other = layer("depthwise", (1, 3, 3, 6), 3, (1, 5, 5, 6))
    tensors.append(TensorSpec("net/flat", (1, 150), tensors[-1].scales, tensors[-1].zero_points))
    flat = len(tensors) - 1
    third, scores = layer("dense", (5, 150), 0, (1, 5), ahead)
    tensors.append(TensorSpec("net/softmax", (1, 5), (1 / 256,), (-128,)))
    operators = [
        conv_2d(first, one, "SAME", (2, 2), (1, 1), "RELU"),
        depthwise_conv_2d(second, other, "SAME", (1, 1), (1, 1), "RELU", 1),
        reshape(other, flat),
        fully_connected(third, scores),
        softmax(scores, len(tensors) - 1, float(4 / (SPREAD * tensors[scores].scales[0]))),
    ]
    return write_graph(tensors, operators, 0, len(tensors) - 1)


def two_outputs() -> bytes:
    """The flatbuffer of a model with two inputs, one of int8 and one of uint8, and two outputs: a class, and a number of int16."""
    rng = np.random.default_rng(11)
    tensors = [
        TensorSpec("pixels", (1, 8), (0.02,), (-5,)),
        TensorSpec("offset", (1, 8), (0.02,), (120,), kind=UINT8),
        TensorSpec("net/offset", (1, 8), (0.03,), (3,)),
        TensorSpec("net/sum", (1, 8), (0.03,), (-2,)),
        TensorSpec("net/classes/weights", (4, 8), (0.01,), (0,), rng.integers(-127, 128, (4, 8)).astype(np.int8)),
        TensorSpec("net/classes/out", (1, 4), (0.04,), (1,)),
        TensorSpec("class", (1, 4), (1 / 256,), (-128,)),
        TensorSpec("net/place/weights", (2, 8), (0.01,), (0,), rng.integers(-127, 128, (2, 8)).astype(np.int8)),
        TensorSpec("net/place/out", (1, 2), (0.04,), (-7,)),
        TensorSpec("place", (1, 2), (0.0003,), (0,), kind=INT16),
    ]
    operators = [
        unary("QUANTIZE", 1, 2),
        binary("ADD", (0, 2), 3),
        fully_connected((3, 4, -1), 5),
        softmax(5, 6, 1.0),
        fully_connected((3, 7, -1), 8, "RELU"),
        unary("QUANTIZE", 8, 9),
    ]
    return write_graph(tensors, operators, (0, 1), (6, 9), names={0: "image", 1: "light", 6: "kind", 9: "where"})


def sixteen_by_eight() -> bytes:
    """The flatbuffer of two layers whose codes are int16 and whose weights are int8."""
    rng = np.random.default_rng(12)
    tensors = [TensorSpec("input", (1, 12), (0.0005,), (0,), kind=INT16)]
    for number, (rows, scale) in enumerate(((10, 0.002), (5, 0.004))):
        width = tensors[-1].shape[1]
        weights, last = rng.integers(-127, 128, (rows, width)).astype(np.int8), tensors[-1].scales[0]
        bias = rng.integers(-(10**6), 10**6, rows).astype(np.int64)
        tensors += [
            TensorSpec(f"net/layer_{number}/weights", weights.shape, (0.01,), (0,), weights),
            TensorSpec(f"net/layer_{number}/bias", (rows,), (last * 0.01,), (0,), bias, INT64),
            TensorSpec(f"net/layer_{number}/out", (1, rows), (scale,), (0,), kind=INT16),
        ]
    return write_graph(tensors, [fully_connected((0, 1, 2), 3, "RELU"), fully_connected((3, 4, 5), 6)], 0, 6)


def with_state() -> bytes:
    """The flatbuffer of a streaming model: the newest steps are joined to those that it keeps, as streaming layers of Keras do, and summed up."""
    net = Stream(np.random.default_rng(13), "stream", INT8)
    source = net.add("input", (1, 2, 6))
    (window,) = ring(net, source, 2, 6)
    answers = sum_up(net, window, net.tensors[window].shape[1], 6)
    return write_case(Case(net.tensors, net.operators, (source,), answers, (net.first,)))


NETWORKS: dict[str, Callable[[], bytes]] = {
    "classifier": lambda: images(0),
    "classifier_ahead": lambda: images(4),
    "twelve_numbers": lambda: write(random_model(np.random.default_rng(3), 12, per_channel=True)),
    "two_outputs": two_outputs,
    "sixteen_by_eight": sixteen_by_eight,
    "with_state": with_state,
}
"""Name, and what writes the flatbuffer."""


def written() -> Iterator[tuple[str, bytes]]:
    """Name and flatbuffer of each of NETWORKS."""
    return ((name, network()) for name, network in NETWORKS.items())


def files(folders: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """The same of every .tflite file in some folders."""
    return ((path.stem, path.read_bytes()) for folder in folders for path in sorted(folder.glob("*.tflite")))
