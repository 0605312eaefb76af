"""Operators along rows: LOG_SOFTMAX, L2_NORMALIZATION and CUMSUM. What no kernel can run is refused; the logarithm is one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.operators.cases import INT32, CaseOperator
from plumbline.convert.operators.cumsum.reference import CumsumOptions
from plumbline.convert.operators.l2_normalization.reference import L2NormOptions
from plumbline.convert.operators.log_softmax.logarithm import logarithm
from plumbline.convert.references import reference_interpreter
from tests.support.tflite_writer import TensorSpec, spec, write_graph

Shape = tuple[int, ...]


def normalized(scale: float = 1 / 128, shape: Shape = (2, 3), output: Shape = (2, 3), activation: str = "NONE") -> bytes:
    tensors = [TensorSpec("input", shape, (0.5,), (3,)), TensorSpec("layer/out", output, (scale,), (0,))]
    return write_graph(tensors, [spec(CaseOperator("L2_NORMALIZATION", (0,), (1,), L2NormOptions(activation)))], 0, 1)


def log_softmax(scale: float = 1 / 16, shape: Shape = (2, 3), output: Shape = (2, 3), source: float = 0.5) -> bytes:
    tensors = [TensorSpec("input", shape, (source,), (3,)), TensorSpec("layer/out", output, (scale,), (127,))]
    return write_graph(tensors, [spec(CaseOperator("LOG_SOFTMAX", (0,), (1,)))], 0, 1)


def summed(axes: Shape = (1,), scale: float = 0.5, output: Shape = (2, 3)) -> bytes:
    tensors = [TensorSpec("input", (2, 3), (0.5,), (3,)), TensorSpec("layer/out", output, (scale,), (0,))]
    tensors.append(TensorSpec("layer/axis", (len(axes),), data=np.array(axes, np.int32), kind=INT32))
    return write_graph(tensors, [spec(CaseOperator("CUMSUM", (0, 2), (1,), CumsumOptions(False, False)))], 0, 1)


ODD: dict[str, tuple[type[Exception], Callable[[], bytes]]] = {
    "the output scale 0.5 and zero point 0, but TensorFlow Lite Micro answers with 1/128 and 0": (ModelRefused, lambda: normalized(0.5)),
    r"L2_NORMALIZATION maps shape \(2, 3\) to \(3, 2\)": (ModelRefused, lambda: normalized(output=(3, 2))),
    r"L2_NORMALIZATION maps shape \(1, 1, 1, 2, 3\)": (ModelRefused, lambda: normalized(shape=(1, 1, 1, 2, 3), output=(1, 1, 1, 2, 3))),
    "L2_NORMALIZATION with the fused activation RELU": (UnsupportedOperator, lambda: normalized(activation="RELU")),
    r"L2_NORMALIZATION over 33026 codes \(up to 33025\)": (UnsupportedOperator, lambda: normalized(shape=(33026,), output=(33026,))),
    "LOG_SOFTMAX has the output scale 0.5 and zero point 127, not 1/16 and 127": (ModelRefused, lambda: log_softmax(0.5)),
    r"LOG_SOFTMAX maps shape \(2, 3\) to \(6,\)": (ModelRefused, lambda: log_softmax(output=(6,))),
    r"LOG_SOFTMAX over 4096 codes \(up to 4095\)": (UnsupportedOperator, lambda: log_softmax(shape=(4096,), output=(4096,))),
    "LOG_SOFTMAX has a beta of 1 on an input scale of 1e-09": (ModelRefused, lambda: log_softmax(source=1e-9)),
    r"CUMSUM of 2 dimensions has the axes \(0, 1\), not one": (ModelRefused, lambda: summed((0, 1))),
    r"CUMSUM maps shape \(2, 3\) to \(3, 2\)": (ModelRefused, lambda: summed(output=(3, 2))),
    "CUMSUM cannot bring the scale 0.5 to 1e-09": (ModelRefused, lambda: summed(scale=1e-9)),
}


@pytest.mark.parametrize("message", ODD)
def test_what_no_kernel_can_run_is_refused(message: str) -> None:
    error, write = ODD[message]
    graph = read(write())
    with pytest.raises(error, match=message):
        reference_interpreter.run(graph, np.zeros((1, graph.input_bytes), np.int8))
    with pytest.raises(error, match=message):
        compile_graph(graph, "odd", bytes(32))


def test_the_logarithm_is_near_enough() -> None:
    numbers = np.unique(np.geomspace(2**19, 2**31 - 1, 1000).astype(np.int64))
    np.testing.assert_allclose(logarithm(numbers) / 2**26, np.log(numbers / 2**19), atol=1e-4)


def test_sums_begin_at_minus_the_zero_point() -> None:
    answer = reference_interpreter.run(read(summed()), np.array([[3, 3, 4, 13, 3, 3]], np.int8))
    assert answer.tolist() == [[-3, -3, -2, 7, 7, 7]]
