"""Operators that compute element by element: options as written, what no kernel can run refused, rules of older libraries kept apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators.add.reference import AddOptions
from plumbline.convert.operators.leaky_relu.reference import LeakyReluOptions
from plumbline.convert.operators.mean.reference import check_mean
from plumbline.convert.operators.mul.reference import MulOptions
from plumbline.convert.operators.shared.broadcast import Loop, broadcast, loops
from plumbline.convert.operators.shared.reduction.reference import ReducerOptions
from plumbline.convert.operators.sub.reference import SubOptions
from plumbline.convert.references import reference_interpreter, tflm
from tests.support.schema_reader import described, described_by_schema
from tests.support.tflite_writer import FLOAT32, INT32, OperatorSpec, TensorSpec, write_graph
from tests.support.write_operators import binary, leaky_relu, mean, unary

INPUT = TensorSpec("input", (2, 3), (0.5,), (3,))
CONSTANT = TensorSpec("layer/constant", (3,), (0.25,), (-1,), np.array([1, -5, 100], np.int8))
OUTPUT = TensorSpec("layer/out", (2, 3), (0.5,), (0,))

needs_wheel = pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel")


def combined(
    name: str = "ADD", source: TensorSpec = INPUT, constant: TensorSpec = CONSTANT, output: TensorSpec = OUTPUT, operator: OperatorSpec | None = None
) -> bytes:
    return write_graph([source, output, constant], [operator or binary(name, (0, 2), 1, "RELU6")], 0, 1)


def alone(operator: OperatorSpec, scale: float = 0.5, zero: int = 0, source: TensorSpec = INPUT) -> bytes:
    return write_graph([source, replace(OUTPUT, scales=(scale,), zero_points=(zero,))], [operator], 0, 1)


def averaged(axes: tuple[int, ...], source: TensorSpec = INPUT, output: TensorSpec = OUTPUT) -> bytes:
    """The mean along axes, which stay as 1."""
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(source.shape))
    given = TensorSpec("layer/axes", (len(axes),), data=np.array(axes, np.int32), kind=INT32)
    return write_graph([source, replace(output, shape=shape), given], [mean(True)], 0, 1)


@pytest.mark.parametrize(
    ("raw", "options"),
    [
        (combined("ADD"), AddOptions("RELU6")),
        (combined("MUL"), MulOptions("RELU6")),
        (combined("SUB"), SubOptions("RELU6")),
        (alone(leaky_relu(0.25)), LeakyReluOptions(0.25)),
        (alone(unary("RELU")), None),
        (averaged((1,)), ReducerOptions(True)),
    ],
    ids=["add", "mul", "sub", "leaky_relu", "relu", "mean"],
)
def test_options_are_read_as_written(raw: bytes, options: object) -> None:
    assert read(raw).operators[0].options == options
    assert described(read(raw)) == described_by_schema(raw)


ODD: dict[str, tuple[type[Exception], Callable[[], bytes]]] = {
    r"maps shapes \(2, 3\) and \(3,\) to \(2, 4\)": (ModelRefused, lambda: combined(output=replace(OUTPUT, shape=(2, 4)))),
    r"maps shapes \(2, 3\) and \(2,\)": (
        ModelRefused,
        lambda: combined(constant=replace(CONSTANT, shape=(2,), data=np.zeros(2, np.int8))),
    ),
    "layer/constant: ADD has 1 inputs": (ModelRefused, lambda: combined(operator=replace(binary("ADD", (2, 2), 1), inputs=(2,)))),
    "ADD has one operand": (ModelRefused, lambda: combined(operator=binary("ADD", (0, -1), 1))),
    "ADD of two constants": (UnsupportedOperator, lambda: combined(operator=binary("ADD", (2, 2), 1), output=replace(OUTPUT, shape=(3,)))),
    "with layer/constant of type FLOAT32": (
        UnsupportedOperator,
        lambda: combined(constant=TensorSpec("layer/constant", (3,), data=np.ones(3, np.float32), kind=FLOAT32)),
    ),
    "fused activation TANH": (UnsupportedOperator, lambda: combined(operator=binary("ADD", (0, 2), 1, "TANH"))),
    "lacks its AddOptions": (ModelRefused, lambda: combined(operator=replace(binary("ADD", (0, 2), 1), options_kind=0))),
    "scales 0.5 and 0.25 to 1e-07: they lie too far apart": (ModelRefused, lambda: combined(output=replace(OUTPUT, scales=(1e-7,)))),
    "lacks its MulOptions": (ModelRefused, lambda: combined(operator=replace(binary("MUL", (0, 2), 1), options_kind=0))),
    "scale 1e-30, too small for its activation": (ModelRefused, lambda: combined("MUL", output=replace(OUTPUT, scales=(1e-30,)))),
    "products of up to 16768, shifted left by 16, which": (ModelRefused, lambda: combined("MUL", output=replace(OUTPUT, scales=(2e-6,)))),
    r"RELU maps shape \(6,\) to \(2, 3\)": (ModelRefused, lambda: alone(unary("RELU"), source=replace(INPUT, shape=(6,)))),
    "RELU has the output scale 1e-09, too small": (ModelRefused, lambda: alone(unary("RELU"), 1e-9)),
    "QUANTIZE has the output scale 1e-30, too small": (ModelRefused, lambda: alone(unary("QUANTIZE"), 1e-30)),
    "RELU6 changes the scale from 0.5 to 0.25 or the zero point from 3 to 0, which": (ModelRefused, lambda: alone(unary("RELU6"), 0.25)),
    "lacks its LeakyReluOptions": (ModelRefused, lambda: alone(replace(leaky_relu(0.1), options_kind=0))),
    "has the alpha nan": (ModelRefused, lambda: alone(leaky_relu(float("nan")))),
    "LEAKY_RELU has the output scale 0.5, too small": (ModelRefused, lambda: alone(leaky_relu(1e30))),
    "scale 0.5 and zero point 0, but TensorFlow Lite Micro answers with 1/256 and -128": (ModelRefused, lambda: alone(unary("LOGISTIC"))),
    "zero point 1, but TensorFlow Lite Micro answers with 1/128 and 0": (ModelRefused, lambda: alone(unary("TANH"), 1 / 128, 1)),
    r"maps shape \(2, 3\) to \(2, 3\) over the axes \(1,\)": (ModelRefused, lambda: averaged((-1,))),
    r"has the axes \[2\] of 2 dimensions": (ModelRefused, lambda: averaged((2,))),
    "MEAN has no axes of type INT32": (ModelRefused, lambda: write_graph([INPUT, OUTPUT, CONSTANT], [mean(True)], 0, 1)),
    "MEAN has sums of up to 393, shifted left by": (ModelRefused, lambda: averaged((1,), output=replace(OUTPUT, scales=(1e-8,)))),
    "TANH has the input scale 1e-09": (ModelRefused, lambda: alone(unary("TANH"), 1 / 128, 0, replace(INPUT, scales=(1e-9,)))),
}


@pytest.mark.parametrize("message", ODD)
def test_what_no_kernel_can_run_is_refused(message: str) -> None:
    error, write = ODD[message]
    with pytest.raises(error, match=message):
        reference_interpreter.run(read(write()), np.zeros((1, 6), np.int8))
    with pytest.raises(error, match=message):
        compile_graph(read(write()), "odd", bytes(32))


def test_axes_computed_at_run_time_are_refused() -> None:
    computed = TensorSpec("axes", (2,), kind=INT32)
    graph = read(write_graph([INPUT, OUTPUT, computed], [unary("RELU", 0, 2), mean(True)], 0, 1))
    with pytest.raises(UnsupportedOperator, match="MEAN over axes computed at run time"):
        check_mean(graph.operators[1])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((), (), [Loop(1, (1, 1), 1)]),
        ((4, 2, 3), (4, 2, 3), [Loop(24, (1, 1), 1)]),
        ((4, 2, 3), (3,), [Loop(8, (3, 0), 3), Loop(3, (1, 1), 1)]),
        ((4, 2, 3), (), [Loop(24, (1, 0), 1)]),
        ((4, 1, 3), (1, 2, 1), [Loop(4, (3, 0), 6), Loop(2, (0, 1), 3), Loop(3, (1, 0), 1)]),
        ((2, 3), (5, 1, 1, 3), [Loop(5, (0, 3), 6), Loop(2, (3, 0), 3), Loop(3, (1, 1), 1)]),
    ],
)
def test_loops_that_walk_alike_become_one(first: tuple[int, ...], second: tuple[int, ...], expected: list[Loop]) -> None:
    assert list(loops(first, second)) == expected


def test_shapes_broadcast_as_numpys() -> None:
    assert broadcast((4, 1, 3), (2, 1)) == np.broadcast_shapes((4, 1, 3), (2, 1))
    assert broadcast((4, 2, 3), (3, 3)) is None


EVERY = np.arange(-128, 128, dtype=np.int8)


@needs_wheel
def test_older_libraries_subtract_with_scales_divided_in_float32() -> None:
    tensors = [
        TensorSpec("input", (256,), (0.053387098,), (-34,)),
        TensorSpec("layer/out", (256, 256), (0.10544200,), (-39,)),
        TensorSpec("layer/constant", (256, 1), (0.025999444,), (1,), EVERY.reshape(256, 1)),
    ]
    raw = write_graph(tensors, [binary("SUB", (0, 2), 1)], 0, 1)
    today, older = (reference_interpreter.run(read(raw), EVERY.reshape(1, 256), float_product=rule).astype(int) for rule in (False, True))
    np.testing.assert_array_equal(today, tflm.Interpreter(raw, read(raw)).run(EVERY.reshape(1, 256)))
    assert np.abs(today - older).max() == 1
    assert 0 < (today != older).sum() < 100  # of 65,536


@needs_wheel
@pytest.mark.parametrize(
    ("operator", "zero", "scales", "differ"),
    [(unary("RELU"), -128, (0.011, 0.018), 14), (leaky_relu(0.7), 127, (0.013, 0.012), 2)],
    ids=["RELU", "LEAKY_RELU"],
)
def test_older_libraries_rescale_activations_in_float32(operator: OperatorSpec, zero: int, scales: tuple[float, float], differ: int) -> None:
    tensors = [TensorSpec(name, (1,), (scale,), (zero,)) for name, scale in zip(("input", "layer/out"), scales, strict=True)]
    raw = write_graph(tensors, [operator], 0, 1)
    today, older = (reference_interpreter.run(read(raw), EVERY.reshape(-1, 1), float_product=rule).astype(int) for rule in (False, True))
    np.testing.assert_array_equal(today, tflm.Interpreter(raw, read(raw)).run(EVERY.reshape(-1, 1)))
    assert np.abs(today - older).max() == 1
    assert (today != older).sum() == differ  # of 256


@pytest.mark.parametrize(
    ("raw", "statement"),
    [
        (alone(unary("RELU"), 0.5, 3), "if (code < 3) {\n            code = 3;"),
        (alone(unary("RELU"), 0.5, -128), "int32_t code = input[i] - 131;"),
        (alone(unary("RELU6"), 0.5, 3), "if (code > 15) {\n            code = 15;"),
        (alone(unary("QUANTIZE"), 0.5, 3), "output[i] = input[i];"),
        (alone(unary("QUANTIZE"), 0.5, 4), "int32_t code = input[i] + 1;"),
        (alone(unary("QUANTIZE"), 0.25, 4), "_table[input[i] + 128];"),
        (alone(unary("RELU"), 0.25, 3), "_table[input[i] + 128];"),
    ],
)
def test_a_table_stands_only_where_an_addition_and_a_clamp_do_not_say_it_all(raw: bytes, statement: str) -> None:
    source = compile_graph(read(raw), "small", bytes(32)).source
    assert statement in source
    assert ("static const int8_t layer_layer_table[256]" in source) == ("table" in statement)
