"""QUANTIZE from float32 and DEQUANTIZE to float32, by themselves: compiled C, the integer model and TensorFlow Lite Micro answer alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.dequantize.reference import check_dequantize
from plumbline.convert.operators.floats import literal
from plumbline.convert.operators.quantize.reference import check_quantize
from plumbline.convert.operators.shared.random_values import scale, zero_point
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import compiled_c
from tests.support.tflite_writer import FLOAT32, INT32, TensorSpec, write_graph
from tests.support.write_operators import unary

wheel = pytest.mark.skipif(not tflm.available(), reason="the tflite-micro wheel exists for Linux on x86-64 only")
needs_compiler = pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
EVERY = np.arange(-128, 128, dtype=np.int8)


def codes_of(elements: int, real: float, zero: int, name: str) -> TensorSpec:
    return TensorSpec(name, (elements,), (real,), (zero,))


def numbers(elements: int, name: str) -> TensorSpec:
    return TensorSpec(name, (elements,), kind=FLOAT32)


def there_and_back(elements: int, real: float, zero: int, name: str = "float_end") -> Graph:
    """int8 to float32 and to int8 again."""
    tensors = [codes_of(elements, real, zero, "input"), numbers(elements, f"{name}/numbers"), codes_of(elements, real, zero, f"{name}/out")]
    return read(write_graph(tensors, [unary("DEQUANTIZE", 0, 1), unary("QUANTIZE", 1, 2)], 0, 2))


def quantizing(graph: Graph) -> Graph:
    """The second half of `there_and_back`."""
    return Graph(graph.tensors, graph.operators[1:], graph.tensors[1:2], graph.outputs)


def dequantizing(graph: Graph) -> Graph:
    """The first half."""
    return Graph(graph.tensors, graph.operators[:1], graph.inputs, graph.tensors[1:2])


def ask_wheel(source: TensorSpec, target: TensorSpec, name: str, values: NDArray[Any]) -> NDArray[Any]:
    """What TFLM's kernel makes of values in a model of that operator alone."""
    from tflite_micro import runtime

    interpreter: Any = runtime.Interpreter.from_bytes(write_graph([source, target], [unary(name)], 0, 1), arena_size=1 << 20)
    interpreter.set_input(values, 0)
    interpreter.invoke()
    return np.asarray(interpreter.get_output(0))


def tricky(rng: np.random.Generator, real: float) -> NDArray[np.float32]:
    """Halves of a step, their neighbours, numbers in and far out of the codes' range, zeros."""
    halves = ((rng.integers(-140, 141, 300) + 0.5) * real).astype(np.float32)
    aside = [np.nextafter(halves, np.float32(end)) for end in (-np.inf, np.inf)]
    far = (rng.choice((-1, 1), 100) * real * np.exp(rng.uniform(0, np.log(2**30), 100))).astype(np.float32)
    return np.concatenate([halves, *aside, far, rng.normal(0, 60 * real, 198), [0.0, -0.0]]).astype("<f4")


@wheel
@needs_compiler
def test_numbers_become_the_wheels_codes(tmp_path: Path) -> None:
    rng = np.random.default_rng(71)
    graphs, fed = [], []
    for case in range(60):
        real, zero = scale(rng, 1e-4, 100), zero_point(rng)
        values = tricky(rng, real)
        graphs.append(quantizing(there_and_back(len(values), real, zero, f"case_{case}")))
        fed.append(values.view(np.int8).reshape(1, -1))
        answer = reference_interpreter.run(graphs[-1], fed[-1])
        expected = ask_wheel(numbers(len(values), "input"), codes_of(len(values), real, zero, "case/out"), "QUANTIZE", values)
        np.testing.assert_array_equal(answer, expected.reshape(1, -1))
    for graph, raw, compiled in zip(graphs, fed, compiled_c.run(tmp_path, graphs, fed, together=30), strict=True):
        np.testing.assert_array_equal(compiled, reference_interpreter.run(graph, raw))


@needs_compiler
@pytest.mark.parametrize("zero", [-128, -5, 0, 5, 127])
def test_what_no_int32_holds_becomes_the_lowest_or_highest_code(tmp_path: Path, zero: int) -> None:
    values = np.array([2**31, 3e38, np.inf, -(2**31), -3e38, -np.inf, np.nan], "<f4")
    graph = quantizing(there_and_back(len(values), 0.01, zero))
    raw = values.view(np.int8).reshape(1, -1)
    assert reference_interpreter.run(graph, raw).tolist() == [[127, 127, 127, -128, -128, -128, -128]]
    np.testing.assert_array_equal(compiled_c.run(tmp_path, [graph], [raw])[0], reference_interpreter.run(graph, raw))


@wheel
@needs_compiler
def test_codes_become_the_wheels_numbers_to_the_last_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(72)
    ends = [(scale(rng, 1e-44, 3e38), zero_point(rng)) for _ in range(60)]
    graphs = [dequantizing(there_and_back(256, real, zero, f"case_{case}")) for case, (real, zero) in enumerate(ends)]
    compiled = compiled_c.run(tmp_path, graphs, [EVERY.reshape(1, -1)] * 60, together=30)
    for (real, zero), graph, answer in zip(ends, graphs, compiled, strict=True):
        expected = ask_wheel(codes_of(256, real, zero, "input"), numbers(256, "case/out"), "DEQUANTIZE", EVERY)
        np.testing.assert_array_equal(answer, expected.astype("<f4").view(np.int8).reshape(1, -1))
        np.testing.assert_array_equal(answer, reference_interpreter.run(graph, EVERY.reshape(1, -1)))


ODD: dict[str, tuple[type[Exception], Callable[[], object]]] = {
    "to layer/out of type INT32": (
        UnsupportedOperator,
        lambda: check_dequantize(first("DEQUANTIZE", codes_of(3, 0.5, 0, "input"), TensorSpec("layer/out", (3,), kind=INT32))),
    ),
    r"DEQUANTIZE maps shape \(3,\) to \(4,\)": (
        ModelRefused,
        lambda: check_dequantize(first("DEQUANTIZE", codes_of(3, 0.5, 0, "input"), numbers(4, "layer/out"))),
    ),
    "DEQUANTIZE of a constant": (
        UnsupportedOperator,
        lambda: check_dequantize(first("DEQUANTIZE", TensorSpec("layer/codes", (256,), (0.5,), (0,), EVERY), numbers(256, "layer/out"))),
    ),
    r"QUANTIZE maps shape \(4,\) to \(3,\)": (
        ModelRefused,
        lambda: check_quantize(first("QUANTIZE", numbers(4, "numbers"), codes_of(3, 0.5, 0, "layer/out"))),
    ),
    "QUANTIZE of a constant": (
        UnsupportedOperator,
        lambda: check_quantize(
            first("QUANTIZE", TensorSpec("numbers", (3,), data=np.ones(3, np.float32), kind=FLOAT32), codes_of(3, 0.5, 0, "layer/out"))
        ),
    ),
    "QUANTIZE with layer/out of type INT32": (
        UnsupportedOperator,
        lambda: check_quantize(first("QUANTIZE", numbers(3, "numbers"), TensorSpec("layer/out", (3,), kind=INT32))),
    ),
}


def first(name: str, source: TensorSpec, target: TensorSpec) -> Any:
    """An operator as the reader finds it, behind a RELU that makes the model's ends int8; one of a constant stays for what it writes is an output."""
    tensors = [codes_of(3, 0.5, 0, "first"), codes_of(3, 0.5, 0, "last"), source, target]
    before, outputs = ([unary("RELU", 0, 2)], (1,)) if source.data is None else ([], (1, 3))
    return read(write_graph(tensors, [*before, unary(name, 2, 3), unary("RELU", 0, 1)], (0,), outputs)).operators[len(before)]


@pytest.mark.parametrize("message", ODD)
def test_other_ends_are_refused(message: str) -> None:
    error, prepare = ODD[message]
    with pytest.raises(error, match=message):
        prepare()


@pytest.mark.parametrize(("value", "expected"), [(1.0, "1.0f"), (0.5, "0.5f"), (1e20, "1e+20f"), (float(np.float32(0.1)), "0.100000001f")])
def test_literals_hold_the_very_value(value: float, expected: str) -> None:
    assert literal(value) == expected
    assert np.float32(literal(value).rstrip("f")) == np.float32(value)
