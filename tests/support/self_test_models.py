"""Small models for the tests of self-tests: plain layers, ends of all types, a state and a loop."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import BOOL, FLOAT32, INT16, INT32, RESOURCE, UINT8, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.concatenation.reference import ConcatenationOptions
from plumbline.convert.operators.shared.control.random_cases import random_control
from plumbline.convert.operators.shared.variables.handles import VarHandleOptions
from plumbline.convert.operators.strided_slice.reference import StridedSliceOptions
from tests.support.random_network import Network
from tests.support.tflite_writer import write_case, write_graph


def network() -> bytes:
    """Convolution, pooling, two Dense layers and a softmax."""
    net = Network(np.random.default_rng(5), (1, 6, 6, 2))
    net.conv_2d(4)
    net.pool_2d("MAX_POOL_2D")
    _, height, width, channels = net.tensors[net.current].shape
    net.reshape(1, height * width * channels)
    net.dense(12)
    net.dense(5)
    net.softmax()
    return write_graph(net.tensors, net.operators, 0, net.current)


def several_ends() -> bytes:
    """Five inputs of five types; outputs of them all, and what a comparison of two of them says."""
    shape = (1, 6)
    tensors = [
        TensorSpec("codes", shape, (0.05,), (3,)),
        TensorSpec("wide", shape, (0.001,), (0,), kind=INT16),
        TensorSpec("whole", shape, kind=INT32),
        TensorSpec("gate", shape, kind=BOOL),
        TensorSpec("old", shape, (0.05,), (131,), kind=UINT8),
    ]
    made = [
        TensorSpec("halves", shape, (0.1,), (-7,)),
        TensorSpec("wider", shape, (0.002,), (0,), kind=INT16),
        TensorSpec("same", shape, kind=BOOL),
        TensorSpec("not_same", shape, kind=BOOL),
        TensorSpec("newer", shape, (0.05,), (3,)),
        TensorSpec("real", shape, kind=FLOAT32),
    ]
    operators = [
        CaseOperator("QUANTIZE", (0,), (5,)),
        CaseOperator("QUANTIZE", (1,), (6,)),
        CaseOperator("EQUAL", (2, 2), (7,)),
        CaseOperator("LOGICAL_AND", (7, 3), (8,)),
        CaseOperator("QUANTIZE", (4,), (9,)),
        CaseOperator("DEQUANTIZE", (0,), (10,)),
    ]
    return write_case(Case(tensors + made, operators, (0, 1, 2, 3, 4), (5, 6, 8, 9, 10)))


def window(held: int = 3, begin: int = 1) -> bytes:
    """Answers its input and the `held` rows before it, as a streaming model keeps them; `begin` is where what is kept of them starts."""

    def numbers(name: str, *values: int) -> TensorSpec:
        return TensorSpec(name, (3,), data=np.array(values, np.int32), kind=INT32)

    codes = ((0.05,), (3,))
    tensors = [
        TensorSpec("input", (1, 1, 4), *codes),
        TensorSpec("handle", (), kind=RESOURCE),
        TensorSpec("before", (1, held, 4), *codes),
        TensorSpec("window", (1, held + 1, 4), *codes),
        TensorSpec("kept", (1, held, 4), *codes),
        numbers("begin", 0, begin, 0),
        numbers("end", 1, begin + held, 4),
        numbers("by", 1, 1, 1),
    ]
    operators = [
        CaseOperator("VAR_HANDLE", (), (1,), VarHandleOptions("", "rows")),
        CaseOperator("READ_VARIABLE", (1,), (2,)),
        CaseOperator("CONCATENATION", (2, 0), (3,), ConcatenationOptions(1, "NONE")),
        CaseOperator("STRIDED_SLICE", (3, 5, 6, 7), (4,), StridedSliceOptions(0, 0, 0, 0, 0, False)),
        CaseOperator("ASSIGN_VARIABLE", (1, 4), ()),
    ]
    return write_case(Case(tensors, operators, (0,), (3,)))


def loop() -> bytes:
    """A WHILE between other layers."""
    return write_case(random_control(np.random.default_rng(1), "control", True))


ALL = {"net": network, "ends": several_ends, "ring": window, "loop": loop}
