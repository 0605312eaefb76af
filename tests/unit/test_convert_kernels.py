"""Operators of convolutional networks are read as they were written, and what no kernel can run is refused with its reason."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, PlumblineError, UnsupportedOperator
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators.conv_2d.reference import Conv2DOptions
from plumbline.convert.operators.depthwise_conv_2d.reference import DepthwiseConv2DOptions
from plumbline.convert.operators.reshape.reference import ReshapeOptions
from plumbline.convert.operators.shared.pool_2d.reference import Pool2DOptions
from plumbline.convert.operators.softmax.reference import SoftmaxOptions
from plumbline.convert.references import reference_interpreter, tflm
from plumbline.convert.references.choose_inputs import choose
from plumbline.convert.references.survivors import survivors
from tests.support.random_network import random_network
from tests.support.schema_reader import described, described_by_schema, schema_reader
from tests.support.tflite_writer import INT16, INT32, OperatorSpec, TensorSpec, write_graph
from tests.support.write_operators import conv_2d, depthwise_conv_2d, pool_2d, reshape, softmax

IMAGE = TensorSpec("input", (1, 5, 6, 2), (0.5,), (3,))
WEIGHTS = TensorSpec("layer/weights", (4, 3, 2, 2), (0.1, 0.2, 0.3, 0.4), (0,) * 4, np.ones((4, 3, 2, 2), np.int8))
DEPTHWISE = TensorSpec("layer/weights", (1, 3, 2, 4), (0.1, 0.2, 0.3, 0.4), (0,) * 4, np.ones((1, 3, 2, 4), np.int8), axis=3)
BIAS = TensorSpec("layer/bias", (4,), (0.05, 0.1, 0.15, 0.2), (0,) * 4, np.arange(4, dtype=np.int32), INT32)
OUTPUT = TensorSpec("layer/out", (1, 3, 2, 4), (0.25,), (-7,))
POOLED = TensorSpec("layer/out", (1, 3, 2, 2), (0.5,), (3,))
CONV = conv_2d((0, 2, 3), 1, "SAME", (2, 3), (1, 2), "RELU6")
DEPTH = depthwise_conv_2d((0, 2, 3), 1, "SAME", (2, 3), (1, 2), "RELU", 2)
POOL = pool_2d("MAX_POOL_2D", 0, 1, "SAME", (2, 3), (3, 2), "RELU_N1_TO_1")
FLAT = TensorSpec("layer/out", (1, 60), (0.5,), (3,))
PROBABILITIES = TensorSpec("layer/out", (1, 5, 6, 2), (1 / 256,), (-128,))
SHAPE = TensorSpec("layer/shape", (2,), data=np.array([1, 60], np.int32), kind=INT32)


def conv(output: TensorSpec = OUTPUT, weights: TensorSpec = WEIGHTS, operator: OperatorSpec = CONV, image: TensorSpec = IMAGE) -> bytes:
    return write_graph([image, output, weights, BIAS], [operator], 0, 1)


def depthwise(operator: OperatorSpec = DEPTH, weights: TensorSpec = DEPTHWISE) -> bytes:
    return write_graph([IMAGE, OUTPUT, weights, BIAS], [operator], 0, 1)


def pool(output: TensorSpec = POOLED, operator: OperatorSpec = POOL) -> bytes:
    return write_graph([IMAGE, output], [operator], 0, 1)


def reshaped(output: TensorSpec = FLAT) -> bytes:
    return write_graph([IMAGE, output, SHAPE], [reshape(0, 1, 2)], 0, 1)


def probabilities(output: TensorSpec = PROBABILITIES, beta: float = 0.5) -> bytes:
    return write_graph([IMAGE, output], [softmax(0, 1, beta)], 0, 1)


@pytest.mark.parametrize(
    ("raw", "options"),
    [
        (conv(), Conv2DOptions("SAME", (2, 3), (1, 2), "RELU6")),
        (depthwise(), DepthwiseConv2DOptions("SAME", (2, 3), (1, 2), 2, "RELU")),
        (pool(), Pool2DOptions("SAME", (2, 3), (3, 2), "RELU_N1_TO_1")),
        (reshaped(), ReshapeOptions(())),
        (probabilities(), SoftmaxOptions(0.5)),
    ],
    ids=["conv", "depthwise", "pool", "reshape", "softmax"],
)
def test_options_are_read_as_written_and_answered_like_the_wheel(raw: bytes, options: Any) -> None:
    graph = read(raw)
    assert graph.operators[0].options == options
    assert described(graph) == described_by_schema(raw)
    codes = np.random.default_rng(0).integers(-128, 128, (20, 60)).astype(np.int8)
    np.testing.assert_array_equal(reference_interpreter.run(graph, codes), tflm.Interpreter(raw, graph).run(codes))


def test_the_schemas_own_writer_names_the_same_fields() -> None:
    generated = schema_reader()
    for raw, expected in (
        (conv(), {"padding": 0, "strideH": 2, "strideW": 3, "dilationHFactor": 1, "dilationWFactor": 2, "fusedActivationFunction": 3}),
        (depthwise(), {"strideH": 2, "strideW": 3, "dilationHFactor": 1, "dilationWFactor": 2, "fusedActivationFunction": 1, "depthMultiplier": 2}),
        (pool(), {"strideH": 2, "strideW": 3, "filterHeight": 3, "filterWidth": 2, "fusedActivationFunction": 2}),
    ):
        model = generated.ModelT.InitFromObj(generated.Model.GetRootAsModel(bytearray(raw), 0))
        assert vars(model.subgraphs[0].operators[0].builtinOptions).items() >= expected.items()


def changed(operator: OperatorSpec, field: int, value: int) -> OperatorSpec:
    """The operator with one field of its options set to another value."""
    return replace(operator, options=tuple((number, kind, value if number == field else old) for number, kind, old in operator.options))


ODD: dict[str, tuple[type[Exception], Callable[[], bytes]]] = {
    r"maps shape \(1, 5, 6, 2\) to \(1, 3, 3, 4\)": (ModelRefused, lambda: conv(replace(OUTPUT, shape=(1, 3, 3, 4)))),
    r"window of \(3, 2\), strides \(0, 3\)": (ModelRefused, lambda: conv(operator=changed(CONV, 2, 0))),
    r"dilations \(-1, 2\)": (ModelRefused, lambda: conv(operator=changed(CONV, 5, -1))),
    "too large": (ModelRefused, lambda: conv(operator=changed(CONV, 5, 2**31 - 1))),
    "has the padding 2": (ModelRefused, lambda: conv(operator=changed(CONV, 0, 2))),
    "CONV_2D has the activation 77": (ModelRefused, lambda: conv(operator=changed(CONV, 3, 77))),
    "fused activation TANH": (UnsupportedOperator, lambda: conv(operator=changed(CONV, 3, 4))),
    "5 output channels and weights for 4": (ModelRefused, lambda: conv(replace(OUTPUT, shape=(1, 3, 2, 5)))),
    "divides 2 input and 4 output channels into groups of 3 input channels": (
        ModelRefused,
        lambda: conv(weights=replace(WEIGHTS, shape=(4, 3, 2, 3), data=np.ones((4, 3, 2, 3), np.int8))),
    ),
    "with asymmetric weights": (UnsupportedOperator, lambda: conv(weights=replace(WEIGHTS, zero_points=(0, 0, 1, 0)))),
    "quantized along axis 3": (UnsupportedOperator, lambda: conv(weights=replace(WEIGHTS, scales=(0.1, 0.2), zero_points=(0, 0), axis=3))),
    "lacks its Conv2DOptions": (ModelRefused, lambda: conv(operator=replace(CONV, options_kind=0))),
    "has 1 inputs and 1 outputs": (ModelRefused, lambda: conv(operator=replace(CONV, inputs=(0,)))),
    "has no weights": (ModelRefused, lambda: conv(operator=replace(CONV, inputs=(0, -1)))),
    r"from shape \(60,\)": (UnsupportedOperator, lambda: conv(image=replace(IMAGE, shape=(60,)))),
    "weights for 1 . 4 and a depth multiplier of 3": (ModelRefused, lambda: depthwise(changed(DEPTH, 3, 3))),
    "changes the scale from 0.5 to 0.6": (ModelRefused, lambda: pool(replace(POOLED, scales=(0.6,)))),
    "or the zero point, which a pool cannot": (ModelRefused, lambda: pool(replace(POOLED, zero_points=(4,)))),
    "2 input and 3 output channels": (ModelRefused, lambda: pool(replace(POOLED, shape=(1, 3, 2, 3)))),
    "output scale 0.00390625 and zero point 0, not 1/256 and -128": (ModelRefused, lambda: probabilities(replace(PROBABILITIES, zero_points=(0,)))),
    r"SOFTMAX maps shape \(1, 5, 6, 2\)": (ModelRefused, lambda: probabilities(replace(PROBABILITIES, shape=(1, 5, 12)))),
    "has a beta of nan": (ModelRefused, lambda: probabilities(beta=float("nan"))),
    "has a beta of -1 on": (ModelRefused, lambda: probabilities(beta=-1.0)),
    r"to \(1, 59\)": (ModelRefused, lambda: reshaped(replace(FLAT, shape=(1, 59)))),
}


@pytest.mark.parametrize("message", ODD)
def test_what_no_kernel_can_run_is_refused(message: str) -> None:
    error, write = ODD[message]
    with pytest.raises(error, match=message):
        reference_interpreter.run(read(write()), np.zeros((1, 60), np.int8))
    with pytest.raises(error, match=message):
        compile_graph(read(write()), "odd", bytes(32))


def test_a_depthwise_bias_left_out_as_minus_one_never_reaches_the_wheel() -> None:
    without, left_out = (depthwise(replace(DEPTH, inputs=inputs)) for inputs in ((0, 2), (0, 2, -1)))
    codes = np.random.default_rng(1).integers(-128, 128, (5, 60)).astype(np.int8)
    np.testing.assert_array_equal(reference_interpreter.run(read(without), codes), reference_interpreter.run(read(left_out), codes))
    with pytest.raises(ModelRefused, match=r"layer/weights.*crashes on a DEPTHWISE_CONV_2D"):
        tflm.Interpreter(left_out, read(left_out))


def test_damaged_networks_never_crash() -> None:
    noise = random.Random(7)
    originals = [random_network(np.random.default_rng(seed), reshaped_ends=seed % 2 == 0) for seed in range(4)]
    readway = 0
    for trial in range(1500):
        raw = bytearray(originals[trial % len(originals)])
        for _ in range(noise.randint(1, 4)):
            raw[noise.randrange(len(raw))] = noise.randrange(256)
        try:
            graph = read(bytes(raw))
            if graph.input.elements < 1000:
                reference_interpreter.run(graph, np.zeros((1, graph.input.elements), np.int8))
                compile_graph(graph, "damaged", bytes(32))
                readway += 1
        except PlumblineError:
            pass
    assert readway > 100


def softmax_of(depth: int, target: TensorSpec | None = None) -> bytes:
    out = target or TensorSpec("layer/out", (1, depth), (1 / 256,), (-128,))
    return write_graph([TensorSpec("input", (1, depth), (0.1,), (0,)), out], [softmax(0, 1, 1.0)], 0, 1)


def test_a_softmax_over_more_than_the_wheel_can_sum_is_refused() -> None:
    with pytest.raises(UnsupportedOperator, match=r"over 4096 codes \(up to 4095\)"):
        reference_interpreter.run(read(softmax_of(4096)), np.zeros((1, 4096), np.int8))


def test_inputs_at_which_the_wheel_stops_are_not_asked() -> None:
    raw = softmax_of(1000)
    graph = read(raw)
    rows = np.random.default_rng(0).integers(-128, 128, (4, 1000)).astype(np.int8)
    rows[1] = 5  # shares of a thousandth each
    rows[3, :511], rows[3, 511:] = 127, -128  # a sum of 511
    assert survivors(graph, rows).tolist() == [True, False, True, True]
    chosen = choose(graph, 20)
    assert survivors(graph, chosen.codes).all()
    if tflm.available():
        asked = np.concatenate([rows[[0, 2, 3]], chosen.codes])
        np.testing.assert_array_equal(reference_interpreter.run(graph, asked), tflm.Interpreter(raw, graph).run(asked))
    wide = read(softmax_of(1000, TensorSpec("layer/out", (1, 1000), (1 / 65536,), (-32768,), kind=INT16)))
    assert survivors(wide, rows).all()
