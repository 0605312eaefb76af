"""The models whose mutants are tried: the recipe's one neuron, and chains with hidden layers that no copied input could pass for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from plumbline.common.folder_names import claim
from plumbline.common.manifest import Manifest
from plumbline.convert.import_model import bring
from tests.support.flatbuffer_writer import random_model, write
from tests.support.tflite_writer import INT32, TensorSpec, write_graph
from tests.support.write_operators import fully_connected, unary

CHAINS = {
    "line_and_channels": 827,
    "one_row_clamped": 779,
    "three_layers": 324,
    "no_activation": 1961,
}
"""Name, and the seed of a random chain of one input and one output that answers 256 codes with more than 100 different ones.

Together they hold every form of FULLY_CONNECTED that the compiler writes: lines, plain rows, rows of pairs; per tensor and per channel; with the
limits of RELU6, RELU_N1_TO_1 and none.
"""


def chain(name: str) -> bytes:
    """The flatbuffer of a model in CHAINS."""
    seed = CHAINS[name]
    return write(random_model(np.random.default_rng(seed), 1, per_channel=bool(seed % 2)))


def with_tanh() -> bytes:
    """The flatbuffer of a model of two different operators, whose registrations have an order: 1 to 8 numbers, TANH of each, 8 to 1."""
    rng = np.random.default_rng(8)
    first = rng.integers(-127, 128, (8, 1)).astype(np.int8)
    second = (np.sign(first) * rng.integers(1, 128, (8, 1))).T.astype(np.int8)  # every hidden number pulls the same way: many answers
    offsets = rng.integers(-4000, 4000, 8).astype(np.int32)
    tensors = [
        TensorSpec("input", (1, 1), (0.05,), (0,)),
        TensorSpec("model/first/MatMul", first.shape, (0.004,), (0,), first),
        TensorSpec("model/first/bias", (8,), (0.0002,), (0,), offsets, INT32),
        TensorSpec("model/first/out", (1, 8), (0.03,), (0,)),
        TensorSpec("model/tanh", (1, 8), (1 / 128,), (0,)),
        TensorSpec("model/second/MatMul", second.shape, (0.01,), (0,), second),
        TensorSpec("model/second/out", (1, 1), (0.04,), (0,)),
    ]
    dense = fully_connected((0, 1, 2), 3)
    last = fully_connected((4, 5, -1), 6)
    return write_graph(tensors, [dense, unary("TANH", 3, 4), last], 0, 6)


def converted(name: str, build: Path) -> Path:
    """Convert a model of CHAINS, or the one `with_tanh`, as one that somebody brings; its folder in `build`."""
    path = build / f"{name}.tflite"
    build.mkdir(parents=True, exist_ok=True)
    path.write_bytes(chain(name) if name in CHAINS else with_tanh())
    bring(path, build, lambda _: None)
    return build / claim(path, build)


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a converted folder."""
    return Manifest.load(folder / "generated" / "manifest.json")
