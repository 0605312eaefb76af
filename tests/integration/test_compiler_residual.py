"""Networks whose tensors are read more than once: skip connections and gates, exact from end to end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plumbline.convert.operators.shared.checks import ACTIVATIONS
from tests.support import compiled_c
from tests.support.exact_networks import hold
from tests.support.random_network import Network
from tests.support.tflite_writer import INT32, TensorSpec, write_graph
from tests.support.write_operators import binary, leaky_relu, mean, unary

needs_compiler = pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")


class Residual(Network):
    """A network that comes back to earlier tensors."""

    @property
    def shape(self) -> tuple[int, ...]:
        return self.tensors[self.current].shape

    def combine(self, name: str, other: int) -> None:
        """The current tensor with an earlier one, in either order."""
        source, target = self.add(self.shape, rescaled=True)
        pair = (source, other) if self.rng.random() < 0.5 else (other, source)
        self.operators.append(binary(name, pair, target, str(self.rng.choice(ACTIVATIONS))))

    def apply(self, name: str) -> None:
        """LEAKY_RELU, or LOGISTIC with the scale it has."""
        source, target = self.add(self.shape, rescaled=True)
        if name == "LOGISTIC":
            self.tensors[target] = TensorSpec(self.tensors[target].name, self.shape, (1 / 256,), (-128,))
        self.operators.append(leaky_relu(0.1, source, target) if name == "LEAKY_RELU" else unary(name, source, target))

    def average(self) -> None:
        """Over height and width."""
        batches, _, _, channels = self.shape
        source, target = self.add((batches, 1, 1, channels), rescaled=True)
        self.tensors.append(TensorSpec("net/axes", (2,), data=np.array([1, 2], np.int32), kind=INT32))
        self.operators.append(mean(True, source, len(self.tensors) - 1, target))

    def block(self) -> None:
        """A skip connection around a layer, and a gate per channel that the block computes from its own mean."""
        start = self.current
        self.apply("LEAKY_RELU")
        self.combine(str(self.rng.choice(("ADD", "SUB", "MUL"))), start)
        added = self.current
        self.average()
        self.apply("LOGISTIC")
        self.current, gate = added, self.current
        self.combine("MUL", gate)
        if self.rng.random() < 0.5:
            self.combine("ADD", start)


@pytest.mark.slow
@needs_compiler
def test_60_networks_with_skip_connections_and_gates(tmp_path: Path) -> None:
    rng = np.random.default_rng(61)
    raws = []
    for _ in range(60):
        net = Residual(rng, (1, int(rng.integers(2, 7)), int(rng.integers(2, 7)), int(rng.integers(1, 5))))
        for _ in range(int(rng.integers(1, 4))):
            net.block()
        net.conv_2d(int(rng.integers(1, 5)))
        raws.append(write_graph(net.tensors, net.operators, 0, net.current))
    hold(tmp_path, rng, raws)
