"""A network of eleven kernels for the engine of plain loops: the model's file, and network.h with its integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.codegen.templating import rows
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators import registered
from plumbline.convert.operators.cases import CaseOperator
from plumbline.convert.operators.concatenation.reference import ConcatenationOptions
from plumbline.convert.operators.fixed_point import Multiplier
from tests.support.tflite_writer import INT8, INT32, OperatorSpec, TensorSpec, spec, write_graph
from tests.support.write_operators import binary, conv_2d, depthwise_conv_2d, fully_connected, mean, pool_2d, softmax

ENDS = (
    ("input", (1, 6, 6, 2), 0.05, -3),
    ("padded", (1, 8, 8, 2), 0.05, -3),
    ("conv", (1, 6, 6, 4), 0.06, 5),
    ("depthwise", (1, 6, 6, 4), 0.06, -10),
    ("largest", (1, 3, 3, 4), 0.06, -10),
    ("average", (1, 3, 3, 4), 0.06, -10),
    ("sum", (1, 3, 3, 4), 0.05, 20),
    ("product", (1, 3, 3, 4), 0.05, 20),
    ("joined", (1, 3, 3, 8), 0.05, 20),
    ("mean", (1, 8), 0.04, -5),
    ("logits", (1, 5), 0.08, 7),
    ("classes", (1, 5), 1 / 256, -128),
)
"""Name, shape, scale and zero point of the input and of what each layer gives."""
KERNELS = (
    "PAD", "CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D", "ADD", "MUL", "CONCATENATION", "MEAN", "FULLY_CONNECTED", "SOFTMAX",
)  # fmt: skip


def network() -> bytes:
    """The model as a .tflite file."""
    rng = np.random.default_rng(11)
    tensors = [TensorSpec(name, shape, (scale,), (zero,)) for name, shape, scale, zero in ENDS]

    def constant(name: str, values: NDArray[Any], scales: Sequence[float] = (), kind: int = INT8, axis: int = 0) -> int:
        tensors.append(TensorSpec(name, values.shape, tuple(scales), (0,) * len(scales), values, kind, axis))
        return len(tensors) - 1

    def weights(name: str, shape: tuple[int, ...], scales: Sequence[float], axis: int = 0) -> int:
        return constant(name, rng.integers(-127, 128, shape).astype(np.int8), scales, axis=axis)

    def bias(name: str, count: int, scales: Iterable[float]) -> int:
        return constant(name, rng.integers(200, 900, count).astype(np.int32) * rng.choice([-1, 1], count).astype(np.int32), tuple(scales), INT32)

    each = [0.004, 0.011, 0.007, 0.002]
    paddings = constant("paddings", np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32), kind=INT32)
    kernel = weights("conv/kernel", (4, 3, 3, 2), each), bias("conv/bias", 4, (0.05 * scale for scale in each))
    deep = weights("depthwise/kernel", (1, 3, 3, 4), each[::-1], axis=3), bias("depthwise/bias", 4, (0.06 * scale for scale in each[::-1]))
    axes = constant("axes", np.array([1, 2], np.int32), kind=INT32)
    dense = weights("dense/kernel", (5, 8), [0.006]), bias("dense/bias", 5, [0.04 * 0.006])
    operators: list[OperatorSpec] = [
        spec(CaseOperator("PAD", (0, paddings), (1,))),
        conv_2d((1, *kernel), 2, "VALID", (1, 1), (1, 1), "NONE"),
        depthwise_conv_2d((2, *deep), 3, "SAME", (1, 1), (1, 1), "NONE", 1),
        pool_2d("MAX_POOL_2D", 3, 4, "SAME", (2, 2), (3, 3), "NONE"),
        pool_2d("AVERAGE_POOL_2D", 3, 5, "VALID", (2, 2), (2, 2), "NONE"),
        binary("ADD", (4, 5), 6),
        binary("MUL", (6, 5), 7),
        spec(CaseOperator("CONCATENATION", (6, 7), (8,), ConcatenationOptions(3, "NONE"))),
        mean(False, 8, axes, 9),
        fully_connected((9, *dense), 10),
        softmax(10, 11, 1.0),
    ]
    return write_graph(tensors, operators, 0, 11)


def network_header(raw: bytes) -> str:
    """network.h: what the engine computes with, as the conversion works it out."""
    graph = read(raw)
    found: list[Any] = [registered()[each.name].check(each) for each in graph.operators]
    conv, deep, added, multiplied, averaged, dense, chosen = (found[number] for number in (1, 2, 5, 6, 8, 9, 10))
    table = [*chosen.exponentials, *([0] * (260 - len(chosen.exponentials)))]
    parts = [
        "#include <stdint.h>",
        f"enum {{ LAYERS = {len(graph.operators)} }};",
        "typedef struct {\n  int32_t mantissa, shift;\n} multiplier;",
        array("int8_t", "ZERO", [each[3] for each in ENDS]),
        array("uint32_t", "layer_bytes", [each.results[0].bytes for each in graph.operators]),
        array("int8_t", "conv_weights", conv.weights.ravel()),
        array("int32_t", "conv_bias", conv.bias),
        multipliers("conv_by", conv.multipliers),
        array("int8_t", "depthwise_weights", np.moveaxis(deep.weights, 0, -1).ravel()),
        array("int32_t", "depthwise_bias", deep.bias),
        multipliers("depthwise_by", deep.multipliers),
        one("add_one", added.multipliers[0]),
        one("add_other", added.multipliers[1]),
        one("add_by", added.multiplier),
        one("mul_by", multiplied.multiplier),
        one("mean_by", averaged.multiplier),
        array("int8_t", "dense_weights", dense.weights.ravel()),
        array("int32_t", "dense_bias", dense.bias),
        one("dense_by", dense.multipliers[0]),
        array("int32_t", "exponentials", table),
    ]
    return "\n".join(parts) + "\n"


def array(kind: str, name: str, values: Iterable[object]) -> str:
    listed = list(values)
    return f"static const {kind} {name}[{len(listed)}] = {{\n{rows(listed)}\n}};"


def multipliers(name: str, given: Sequence[Multiplier]) -> str:
    return f"static const multiplier {name}[] = {{ {', '.join(f'{{{each.mantissa}, {each.shift}}}' for each in given)} }};"


def one(name: str, given: Multiplier) -> str:
    return f"static const multiplier {name} = {{{given.mantissa}, {given.shift}}};"
