"""Operators whose operands are walked together: what they print, and what no kernel can run."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, UnsupportedOperator
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model.schema import TENSOR_TYPES
from plumbline.convert.operators.add.reference import AddOptions
from plumbline.convert.operators.cases import Case, CaseOperator, TensorSpec
from plumbline.convert.operators.div.reference import DivOptions
from plumbline.convert.operators.mul.reference import MulOptions
from plumbline.convert.references import reference_interpreter
from tests.support.tflite_writer import write_case

SHAPE = (2, 3)


def tensor(name: str, kind: str = "INT8", scale: float = 0.02, zero: int = 0, data: object = None, shape: tuple[int, ...] = SHAPE) -> TensorSpec:
    """A tensor; whole numbers and truth values have no scale."""
    scaled = kind in ("INT8", "INT16")
    values = None if data is None else np.array(data, {"INT8": np.int8, "INT32": np.int32, "BOOL": bool}[kind])
    held = shape if values is None else values.shape
    return TensorSpec(name, held, (scale,) if scaled else (), (zero,) if scaled else (), values, TENSOR_TYPES.index(kind))


def raw(operator: str, *operands: TensorSpec, output: TensorSpec | None = None, options: object = None) -> bytes:
    """A model of one operator; the operands that are no constants are its inputs."""
    tensors = [*operands, output or tensor("layer/out")]
    inputs = tuple(i for i, each in enumerate(operands) if each.data is None)
    places = tuple(range(len(operands)))
    return write_case(Case(tensors, [CaseOperator(operator, places, (len(operands),), options)], inputs, (len(operands),)))


def printed(model: bytes) -> str:
    return compile_graph(read(model), "odd", bytes(32)).source


TRUTH = tensor("layer/out", "BOOL")
WHOLE = tensor("layer/out", "INT32")
TINY = tensor("layer/out", scale=1e-9)

ODD: dict[str, tuple[type[Exception], Callable[[], bytes]]] = {
    "has b of the scale 1: TensorFlow Lite Micro compares scales below 1": (
        ModelRefused,
        lambda: raw("LESS", tensor("a"), tensor("b", scale=1.0), output=TRUTH),
    ),
    "EQUAL with a of type INT16 is not": (UnsupportedOperator, lambda: raw("EQUAL", tensor("a", "INT16"), tensor("b", "INT16"), output=TRUTH)),
    "GREATER with a of type BOOL": (UnsupportedOperator, lambda: raw("GREATER", tensor("a", "BOOL"), tensor("b", "BOOL"), output=TRUTH)),
    "has operands of types INT8 and INT32": (ModelRefused, lambda: raw("EQUAL", tensor("a"), tensor("b", "INT32"), output=TRUTH)),
    "with layer/out of type INT8": (UnsupportedOperator, lambda: raw("LOGICAL_AND", tensor("a", "BOOL"), tensor("b", "BOOL"))),
    r"LOGICAL_NOT maps shapes \(2, 3\) to \(3,\)": (
        ModelRefused,
        lambda: raw("LOGICAL_NOT", tensor("a", "BOOL"), output=tensor("layer/out", "BOOL", shape=(3,))),
    ),
    "SELECT_V2 with b of type INT32": (
        UnsupportedOperator,
        lambda: raw("SELECT_V2", tensor("a", "BOOL"), tensor("b", "INT32"), tensor("c", "INT32"), output=WHOLE),
    ),
    "ADD of int32 with the fused activation RELU, which TensorFlow Lite Micro leaves out, is not supported": (
        UnsupportedOperator,
        lambda: raw("ADD", tensor("a", "INT32"), tensor("b", "INT32"), output=WHOLE, options=AddOptions("RELU")),
    ),
    r"has a of type INT16 with the zero points \(3,\), not 0": (
        ModelRefused,
        lambda: raw("MUL", tensor("a", "INT16", zero=3), tensor("b", "INT16"), output=tensor("layer/out", "INT16"), options=MulOptions("NONE")),
    ),
    "DIV of int32 by numbers that are no constants": (
        UnsupportedOperator,
        lambda: raw("DIV", tensor("a", "INT32"), tensor("b", "INT32"), output=WHOLE, options=DivOptions("NONE")),
    ),
    "DIV of int32 by 0, or by -1": (
        UnsupportedOperator,
        lambda: raw("DIV", tensor("a", "INT32"), tensor("b", "INT32", data=[1, 0, 3]), output=WHOLE, options=DivOptions("NONE")),
    ),
    "has scales whose quotient is 1e\\+08 times the output's": (
        ModelRefused,
        lambda: raw("DIV", tensor("a"), tensor("b", scale=1e-4), output=tensor("layer/out", scale=2e-6), options=DivOptions("NONE")),
    ),
    "ADD_N of 8 operands is not supported": (UnsupportedOperator, lambda: raw("ADD_N", *(tensor(f"a{i}") for i in range(8)))),
    "ADD_N has operands of several scales": (ModelRefused, lambda: raw("ADD_N", tensor("a"), tensor("b", scale=0.03))),
    "ADD_N has operands of the shapes": (ModelRefused, lambda: raw("ADD_N", tensor("a"), tensor("b", shape=(1, 3)))),
    "PRELU with b of type INT16": (UnsupportedOperator, lambda: raw("PRELU", tensor("a"), tensor("b", "INT16"))),
    "PRELU has numbers of up to 128, shifted left by": (
        ModelRefused,
        lambda: raw("PRELU", tensor("a"), tensor("b"), output=tensor("layer/out", scale=1e-9)),
    ),
    "has squares of up to": (ModelRefused, lambda: raw("SQUARED_DIFFERENCE", tensor("a"), tensor("b"), output=TINY)),
}


@pytest.mark.parametrize("message", ODD)
def test_what_no_kernel_can_run_is_refused(message: str) -> None:
    error, write = ODD[message]
    with pytest.raises(error, match=message):
        reference_interpreter.run(read(write()), np.zeros((1, 48), np.int8))
    with pytest.raises(error, match=message):
        printed(write())


def test_codes_are_compared_themselves_where_these_are_in_the_order_of_their_real_numbers() -> None:
    assert "output[i] = first[i] > second[i] - 7;" in printed(raw("GREATER", tensor("a"), tensor("b", zero=7), output=TRUTH))
    both = printed(raw("GREATER", tensor("a"), tensor("b", scale=0.03), output=TRUTH))
    assert re.search(r"output\[i\] = (\w+)_first\[first\[i\] \+ 128\] > \1_second\[second\[i\] \+ 128\];", both)
    fine = printed(raw("EQUAL", tensor("a", scale=0.001), tensor("b", scale=0.001), output=TRUTH))
    assert re.search(r"output\[i\] = (\w+_first)\[first\[i\] \+ 128\] == \1\[second\[i\] \+ 128\];", fine)


def test_a_constant_is_compared_as_a_code_of_the_other_operand() -> None:
    source = printed(raw("LESS_EQUAL", tensor("a"), tensor("b/limit", scale=0.03, data=[-100, 10, 100]), output=TRUTH))
    assert re.search(r"static const int16_t \w+_operand\[3\] = \{\n    -129, 15, 127,\n\};", source)  # no code, every code, and 0.3 = 15 * 0.02


def test_a_quotient_of_one_constant_is_a_table() -> None:
    source = printed(raw("DIV", tensor("a"), tensor("b/divisor", data=7), options=DivOptions("NONE")))
    assert re.search(r"output\[i\] = \w+_table\[input\[i\] \+ 128\];", source)
