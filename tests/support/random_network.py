"""Random small convolutional networks: the operators that see images, one after the other, in one model."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.shared.random_values import fused_activation, scale, zero_point
from plumbline.convert.operators.shared.weighted.random_cases import random_weights
from plumbline.convert.operators.shared.window.random_cases import Geometry, random_geometry
from tests.support.tflite_writer import OperatorSpec, TensorSpec, write_graph
from tests.support.write_operators import conv_2d, depthwise_conv_2d, fully_connected, pool_2d, reshape, softmax


class Network:
    """Tensors and operators so far; `current` is the index of the last output."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        self.rng = rng
        self.tensors = [TensorSpec("input", shape, (scale(rng, 0.01, 0.1),), (zero_point(rng),))]
        self.operators: list[OperatorSpec] = []
        self.current = 0

    def add(self, shape: tuple[int, ...], rescaled: bool = False) -> tuple[int, int]:
        """A new tensor, with the scale and zero point of the last unless it is rescaled; its source and its own index."""
        last = self.tensors[self.current]
        scales, zeros = ((scale(self.rng, 0.01, 0.1),), (zero_point(self.rng),)) if rescaled else (last.scales, last.zero_points)
        self.tensors.append(TensorSpec(f"net/out_{len(self.tensors)}", shape, scales, zeros))
        source, self.current = self.current, len(self.tensors) - 1
        return source, self.current

    def reshape(self, *shape: int) -> None:
        self.operators.append(reshape(*self.add(shape)))

    def geometry(self, dilated: bool) -> Geometry:
        """A window that fits on the current image."""
        _, height, width, channels = self.tensors[self.current].shape
        while True:
            g = random_geometry(self.rng, dilated)
            reach = [(taps - 1) * dilation + 1 for taps, dilation in zip(g.taps, g.dilations, strict=True)]
            span = (height, width) if g.padding == "SAME" else (height - reach[0] + 1, width - reach[1] + 1)
            if min(span) > 0:
                outputs = (-(-span[0] // g.strides[0]), -(-span[1] // g.strides[1]))
                return Geometry(1, (height, width), channels, g.taps, g.strides, g.dilations, g.padding, outputs)

    def weights(self, shape: tuple[int, ...], axis: int, source: int, target: int) -> tuple[int, ...]:
        """Constants of a layer between two tensors; the operator's inputs."""
        ends = self.tensors[source].scales[0], self.tensors[target].scales[0]
        constants = random_weights(self.rng, f"net/layer_{len(self.operators)}", shape, axis, *ends)
        self.tensors += constants
        return source, *range(len(self.tensors) - len(constants), len(self.tensors))

    def conv_2d(self, outputs: int) -> None:
        g = self.geometry(dilated=True)
        source, target = self.add((1, *g.outputs, outputs), rescaled=True)
        inputs = self.weights((outputs, *g.taps, g.channels), 0, source, target)
        self.operators.append(conv_2d(inputs, target, g.padding, g.strides, g.dilations, fused_activation(self.rng)))

    def depthwise_conv_2d(self, multiplier: int) -> None:
        g = self.geometry(dilated=True)
        source, target = self.add((1, *g.outputs, g.channels * multiplier), rescaled=True)
        inputs = self.weights((1, *g.taps, g.channels * multiplier), 3, source, target)
        activation = fused_activation(self.rng)
        self.operators.append(depthwise_conv_2d(inputs, target, g.padding, g.strides, g.dilations, activation, multiplier))

    def pool_2d(self, name: str) -> None:
        g = self.geometry(dilated=False)
        source, target = self.add((1, *g.outputs, g.channels))
        self.operators.append(pool_2d(name, source, target, g.padding, g.strides, g.taps, fused_activation(self.rng)))

    def dense(self, outputs: int) -> None:
        width = self.tensors[self.current].shape[1]
        source, target = self.add((1, outputs), rescaled=True)
        inputs = self.weights((outputs, width), 0, source, target)
        self.operators.append(fully_connected(inputs, target, fused_activation(self.rng)))

    def softmax(self) -> None:
        self.tensors.append(TensorSpec("net/softmax", self.tensors[self.current].shape, (1 / 256,), (-128,)))
        self.operators.append(softmax(self.current, len(self.tensors) - 1, 1.0))
        self.current = len(self.tensors) - 1


def random_network(rng: np.random.Generator, reshaped_ends: bool) -> bytes:
    """Image layers in random order, then RESHAPE, Dense and SOFTMAX.

    On request with a RESHAPE before the first layer, and one after the last in place of SOFTMAX.
    """
    sides = (int(rng.integers(4, 12)), int(rng.integers(4, 12)), int(rng.integers(1, 4)))
    net = Network(rng, (1, int(np.prod(sides))) if reshaped_ends else (1, *sides))
    if reshaped_ends:
        net.reshape(1, *sides)
    layers = [
        lambda: net.conv_2d(int(rng.integers(1, 9))),
        lambda: net.depthwise_conv_2d(int(rng.integers(1, 3))),
        lambda: net.pool_2d("MAX_POOL_2D"),
        lambda: net.pool_2d("AVERAGE_POOL_2D"),
    ]
    for choice in rng.permutation(4):
        layers[choice]()
    net.reshape(1, int(np.prod(net.tensors[net.current].shape)))
    net.dense(int(rng.integers(1, 9)))
    if reshaped_ends:
        net.reshape(1, 1, *net.tensors[net.current].shape)
    else:
        net.softmax()
    return write_graph(net.tensors, net.operators, 0, net.current)
