"""Layers with weights on every processor: instructions per multiply-accumulate, at -O2. `python -m benchmarks.cores`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import bare_metal
from benchmarks.chips import CHIPS
from plumbline.common.ending import run
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.model.graph import Graph, Operator, Quantization, Tensor
from plumbline.convert.operators.conv_2d.reference import Conv2DOptions
from plumbline.convert.operators.depthwise_conv_2d.reference import DepthwiseConv2DOptions
from plumbline.convert.operators.fully_connected.reference import FullyConnectedOptions
from plumbline.convert.operators.macs import multiply_accumulates
from plumbline.convert.references import reference_interpreter

INPUT, WEIGHTS, OUTPUT = 0.05, 0.01, 0.2
"""Scales."""


def layer(name: str, options: object, source: tuple[int, ...], weights: tuple[int, ...], target: tuple[int, ...], axis: int = 0) -> Graph:
    """A graph of one layer with random weights, a scale for each output, which lie along this axis of the weights."""
    rng, count = np.random.default_rng(5), weights[axis]
    scales = tuple(float(np.float32(WEIGHTS * (1 + output / count))) for output in range(count))
    values = rng.integers(-127, 128, weights).astype(np.int8)
    bias = rng.integers(-1000, 1000, count).astype(np.int32)
    tensors = (
        Tensor(0, "source", "INT8", source, Quantization((float(np.float32(INPUT)),), (-7,), 0), None),
        Tensor(1, "weights", "INT8", weights, Quantization(scales, (0,) * count, axis), values.tobytes()),
        Tensor(
            2, "bias", "INT32", (count,), Quantization(tuple(float(np.float32(INPUT * each)) for each in scales), (0,) * count, 0), bias.tobytes()
        ),
        Tensor(3, "target", "INT8", target, Quantization((float(np.float32(OUTPUT)),), (5,), 0), None),
    )
    return Graph(tensors, (Operator(name, 1, tensors[:3], tensors[3:], options),), tensors[:1], tensors[3:])


def convolution(side: int, taps: int, channels: int, filters: int) -> Graph:
    options = Conv2DOptions("SAME", (1, 1), (1, 1), "NONE")
    return layer("CONV_2D", options, (1, side, side, channels), (filters, taps, taps, channels), (1, side, side, filters))


def depthwise(side: int, channels: int, stride: int) -> Graph:
    options = DepthwiseConv2DOptions("SAME", (stride, stride), (1, 1), 1, "NONE")
    outputs = -(-side // stride)
    return layer("DEPTHWISE_CONV_2D", options, (1, side, side, channels), (1, 3, 3, channels), (1, outputs, outputs, channels), 3)


def dense(inputs: int, outputs: int) -> Graph:
    return layer("FULLY_CONNECTED", FullyConnectedOptions("NONE", 0, False), (1, inputs), (outputs, inputs), (1, outputs))


LAYERS = {
    "convolution 3 x 3, 16 to 16 channels": convolution(8, 3, 16, 16),
    "convolution 1 x 1, 64 to 64 channels": convolution(8, 1, 64, 64),
    "convolution 3 x 3, 1 to 12 channels": convolution(8, 3, 1, 12),
    "depthwise 3 x 3": depthwise(12, 16, 1),
    "depthwise 3 x 3, stride 2": depthwise(12, 16, 2),
    "fully connected, 128 to 128": dense(128, 128),
    "fully connected, 32 to 10": dense(32, 10),
}


def main() -> int:
    chips = [chip for chip in CHIPS if not chip.missing]
    table = Table(title="Instructions per multiply-accumulate, requantization included (GCC -O2)")
    table.add_column("layer")
    for chip in chips:
        table.add_column(chip.name, justify="right")
    for name, graph in LAYERS.items():
        compiled = compile_graph(graph, "layer", bytes(32))
        codes = np.random.default_rng(9).integers(-128, 128, (2, graph.input_bytes)).astype(np.int8)
        work = multiply_accumulates(graph.operators[0]) or 0
        cells = []
        for chip in chips:
            with tempfile.TemporaryDirectory() as folder:
                board = bare_metal.run(Path(folder), compiled, graph, codes, chip=chip)
            np.testing.assert_array_equal(board.answers, reference_interpreter.run(graph, codes))
            cells.append(f"{board.instructions / work:.2f}")
        table.add_row(name, *cells)
    Console(width=140).print(table)
    return 0


if __name__ == "__main__":
    run(main)
