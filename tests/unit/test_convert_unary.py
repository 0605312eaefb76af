"""Operators of one operand: what no kernel can run is refused, and the rules of older libraries are kept apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators.cases import INT16, CaseOperator
from plumbline.convert.operators.hard_swish.reference import divided
from plumbline.convert.operators.leaky_relu.reference import LeakyReluOptions
from plumbline.convert.operators.shared.inverse_root import inverse_root
from plumbline.convert.operators.shared.sigmoid_lines.lines import LOGISTIC, TANH
from plumbline.convert.operators.shared.sigmoid_table import Integers, sigmoid, tanh
from plumbline.convert.operators.softmax.reference import SoftmaxOptions
from plumbline.convert.references import reference_interpreter, tflm
from tests.support.tflite_writer import TensorSpec, spec, write_graph
from tests.support.write_operators import unary

EVERY = np.arange(-128, 128, dtype=np.int8)

needs_wheel = pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel")


def alone(name: str, scale: float, target: float, zero: int = 0, elements: int = 6) -> bytes:
    """An operator from one scale to another, both of a zero point."""
    tensors = [TensorSpec(end, (elements,), (real,), (zero,)) for end, real in (("input", scale), ("layer/out", target))]
    return write_graph(tensors, [unary(name)], 0, 1)


def wide(name: str, scale: float, target: float, zero: int = 0, kind: int = INT16) -> bytes:
    """An operator from int16 codes of a scale to a scale, zero point and type."""
    tensors = [TensorSpec("input", (6,), (scale,), (0,), kind=INT16), TensorSpec("layer/out", (6,), (target,), (zero,), kind=kind)]
    options = {"LEAKY_RELU": LeakyReluOptions(0.5), "SOFTMAX": SoftmaxOptions(1.0)}.get(name)
    return write_graph(tensors, [spec(CaseOperator(name, (0,), (1,), options))], 0, 1)


ODD: dict[str, Callable[[], bytes]] = {
    "ABS has the output scale 1e-09, too small for its input": lambda: alone("ABS", 0.5, 1e-9),
    "ELU has the output scale 1e-09, too small for its input": lambda: alone("ELU", 0.5, 1e-9),
    "ELU has the output scale 9.99995e-41, too small": lambda: alone("ELU", 0.5, 1e-40),
    "HARD_SWISH has the output scale 0.0039: TensorFlow Lite Micro wants 1/128 of": lambda: alone("HARD_SWISH", 0.5, 0.0039),
    r"HARD_SWISH has the input scale 1e\+08, for which": lambda: alone("HARD_SWISH", 1e8, 1e8),
    "RSQRT has the input zero point -127: TensorFlow Lite Micro stops at codes below it": lambda: alone("RSQRT", 0.5, 0.5, -127),
    "RSQRT has the output scale 4e-10, for which": lambda: alone("RSQRT", 0.5, 4e-10, -128),
    "RSQRT has the output scale 1.4013e-45, for which": lambda: alone("RSQRT", 1e-30, 1e-45, -128),
    r"RSQRT has the output scale 1e\+06, for which": lambda: alone("RSQRT", 0.5, 1e6, -128),
    "RELU has the output scale 1e-09, too small for its input": lambda: wide("RELU", 0.5, 1e-9),
    "LEAKY_RELU has the output scale 1e-09, too small for its input": lambda: wide("LEAKY_RELU", 0.5, 1e-9),
    "ABS has the output scale 1e-10, too small for its input": lambda: wide("ABS", 0.5, 1e-10),
    r"ABS has the int16 activation layer/out with zero points \(1,\), not 0": lambda: wide("ABS", 0.5, 0.5, 1),
    "RELU6 changes the scale from 0.5 to 0.25": lambda: wide("RELU6", 0.5, 0.25),
    "LOGISTIC has the output scale 0.5, not 1/32768": lambda: wide("LOGISTIC", 0.5, 0.5),
    "TANH has the input scale 3, too large for the products": lambda: wide("TANH", 3, 1 / 32768),
    "SOFTMAX has the output scale 1.52588e-05 and zero point 0, not 1/32768 and 0": lambda: wide("SOFTMAX", 0.5, 1 / 65536),
    r"SOFTMAX has a beta of 1 on an input scale of 1e\+06": lambda: wide("SOFTMAX", 1e6, 1 / 32768),
}


@pytest.mark.parametrize("message", ODD)
def test_what_no_kernel_can_run_is_refused(message: str) -> None:
    graph = read(ODD[message]())
    with pytest.raises(ModelRefused, match=message):
        reference_interpreter.run(graph, np.zeros((1, graph.input_bytes), np.int8))
    with pytest.raises(ModelRefused, match=message):
        compile_graph(graph, "odd", bytes(32))


@needs_wheel
def test_older_libraries_divide_the_scales_of_abs_in_float32() -> None:
    raw = alone("ABS", 0.012, 0.008, -128, 1)
    today, older = (reference_interpreter.run(read(raw), EVERY.reshape(-1, 1), float_product=rule).astype(int) for rule in (False, True))
    np.testing.assert_array_equal(today, tflm.Interpreter(raw, read(raw)).run(EVERY.reshape(-1, 1)))
    assert np.abs(today - older).max() == 1
    assert (today != older).sum() == 85  # of 256


def test_the_inverse_root_is_near_enough() -> None:
    for value in (2, 3, 4, 255, 1 << 16, 123_456_789, 2**31 - 1):
        multiplier = inverse_root(value)
        assert multiplier.mantissa * 2.0 ** (multiplier.shift - 31) == pytest.approx(value**-0.5, rel=1e-5)


def test_a_shift_of_more_than_15_bits_gives_the_sign() -> None:
    assert divided(np.array([-9, -1, 0, 1, 9], np.int64), 16).tolist() == [-1, -1, 1, 1, 1]
    assert divided(np.array([-24, -8, -7, 7, 8], np.int64), 4).tolist() == [-2, -1, 0, 0, 1]


@pytest.mark.parametrize(("lines", "function", "bits", "shift"), [(LOGISTIC, sigmoid, 9, 10), (TANH, tanh, 8, 8)], ids=["LOGISTIC", "TANH"])
def test_the_lines_of_the_generated_code_answer_as_the_kernels_do(lines: Integers, function: Callable[..., Integers], bits: int, shift: int) -> None:
    """At every place up to the ends of the table, which those beyond are kept to."""
    end = 256 << bits
    places = np.arange(-end, end)
    entry = 256 + (places >> bits)
    answers = (lines[entry] + ((lines[entry + 1] - lines[entry]) * (places & ((1 << bits) - 1)) >> bits)) >> shift
    np.testing.assert_array_equal(answers, function(places, 1, 0))
    assert np.unique(function(np.array([-(2**30), -end]), 1, 0)).size == 1
    assert np.unique(function(np.array([2**30, end - 1]), 1, 0)).size == 1
