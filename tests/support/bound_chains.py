"""Float models that are chains of Dense layers, their int8 forms, and the errors between the two: for the tests and the torture of the bound."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from plumbline.common.golden_data import DenseLayer
from plumbline.common.manifest import BoundSpec
from plumbline.common.quantization import code_of
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.references import reference_interpreter
from plumbline.convert.references.bound import CLIPS, bound
from tests.support.flatbuffer_writer import Dense, Model, write

Chain = tuple[DenseLayer, ...]


def quantized(rng: np.random.Generator, chain: Chain, domain: tuple[float, float], per_channel: bool, squeeze: float = 1.0) -> Graph:
    """Quantize a float chain as the converter does: ranges that hold 0, symmetric weights, bias in units of the product of scales.

    `squeeze` below 1 makes every output range too narrow, so that codes clamp.
    """
    low, high = min(domain[0], 0.0), max(domain[1], 0.0)
    scale = float(np.float32((high - low) / 255))
    zero = int(np.clip(round(-128 - low / scale), -128, 127))
    first = (scale, zero)
    values = np.linspace(*domain, 300).reshape(-1, 1) if chain[0].weights.shape[1] == 1 else rng.uniform(*domain, (300, chain[0].weights.shape[1]))
    layers = []
    for layer in chain:
        largest = np.abs(layer.weights).max(axis=1) if per_channel else np.full(1, np.abs(layer.weights).max())
        scales = np.maximum(largest / 127, 1e-9).astype(np.float32)
        weights = np.clip(np.round(layer.weights / scales.reshape(-1, 1)), -127, 127).astype(np.int8)
        bias = np.round(layer.bias / (scale * scales.astype(np.float64))).astype(np.int32)
        values = np.clip(values @ layer.weights.T.astype(np.float64) + layer.bias, *CLIPS[layer.activation])
        low, high = min(values.min(), 0.0) * squeeze, max(values.max(), 0.05) * squeeze
        scale = float(np.float32((high - low) / 255))
        zero = int(np.clip(round(-128 - low / scale), -128, 127))
        name = {"linear": "NONE", "relu": "RELU", "relu6": "RELU6"}[layer.activation]
        layers.append(Dense(weights, bias, tuple(float(s) for s in scales), scale, zero, name))
    return read(write(Model(*first, tuple(layers))))


def random_chain(rng: np.random.Generator, *widths: int, activation: str = "relu") -> Chain:
    layers = []
    for i, (inputs, outputs) in enumerate(pairwise(widths)):
        weights = rng.normal(size=(outputs, inputs)).astype(np.float32) * np.float32(rng.uniform(0.2, 3) / inputs**0.5)
        layers.append(DenseLayer(weights, rng.normal(size=outputs).astype(np.float32), activation if i < len(widths) - 2 else "linear"))
    return tuple(layers)


def float_model(chain: Chain, x: NDArray[np.float32]) -> NDArray[np.float64]:
    """The reference in float32, as the pipeline asks Keras."""
    values = x
    for layer in chain:
        values = np.clip(values @ layer.weights.T + layer.bias, *CLIPS[layer.activation]).astype(np.float32)
    return values.astype(np.float64)


def worst_places(graph: Graph, domain: tuple[float, float]) -> NDArray[np.float64]:
    """Codes, both sides of every tie between two codes, both ends of the domain, and a fine sweep."""
    q = graph.input.quantized
    steps = np.arange(-128, 128) - q.zero_point
    ties = (steps + 0.5) * q.scale
    x: NDArray[np.float64] = np.concatenate([steps * q.scale, ties - 1e-9, ties + 1e-9, np.linspace(*domain, 2001), np.array(domain)])
    return x[(x >= domain[0]) & (x <= domain[1])]


def observed(graph: Graph, chain: Chain, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """|board - float model| at each x of a model with one input, quantized in exact arithmetic."""
    codes = np.array([code_of(Fraction(float(each)), graph.input.quantized) for each in x], np.int8).reshape(-1, 1)
    board = (reference_interpreter.run(graph, codes).astype(np.float64) - graph.output.quantized.zero_point) * graph.output.quantized.scale
    return np.asarray(np.abs(board - float_model(chain, x.astype(np.float32).reshape(-1, 1))).max(axis=1))


def proven(graph: Graph, chain: Chain, domain: tuple[float, float] | None) -> BoundSpec:
    spec = bound(graph, chain, domain)
    assert spec is not None
    parts = (spec.input_rounding, spec.weight_rounding, spec.bias_rounding, spec.output_rounding, spec.evaluation)
    assert all(part >= 0 for part in parts)
    assert spec.total <= sum(parts) * (1 + 1e-11)
    assert spec.total == spec.at(np.inf)
    return spec
