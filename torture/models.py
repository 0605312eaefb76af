"""The models whose mutants are tried: the recipe's one neuron, and chains with hidden layers that no copied input could pass for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from common.manifest import Manifest
from convert.brought import bring, name_of
from tests.flatbuffer_writer import random_model, write

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


def converted(name: str, build: Path) -> Path:
    """Convert a model of CHAINS as one that somebody brings; its folder in `build`."""
    path = build / f"{name}.tflite"
    build.mkdir(parents=True, exist_ok=True)
    path.write_bytes(chain(name))
    bring(path, build, lambda _: None)
    return build / name_of(path)


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a converted folder."""
    return Manifest.load(folder / "generated" / "manifest.json")
