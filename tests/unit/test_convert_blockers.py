"""A model that cannot run is refused with all that stands in the way, in words of the field, and with a step that fits the way it came."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused, PlumblineError, UnsupportedOperator
from plumbline.common.way import Way, came_as
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model import blockers
from plumbline.convert.model.schema import BUILTIN_OPERATORS
from plumbline.convert.operators import named
from tests.support.tflite_writer import FLOAT32, INT32, INT64, UINT8, Builder, OperatorSpec, TensorSpec, write_graph
from tests.support.write_operators import fully_connected, unary

FLOAT16, INT4 = 1, 17
SOURCE = TensorSpec("input", (1, 3), (0.1,), (-3,))
WEIGHTS = TensorSpec("net/dense/weights", (2, 3), (0.1,), (0,), np.array([[1, -2, 3], [40, 50, -60]], np.int8))
ANSWER = TensorSpec("net/dense/out", (1, 2), (0.05,), (4,))
FLOATS: dict[str, Any] = {"scales": (), "zero_points": (), "kind": FLOAT32}
DENSE = fully_connected((0, 1, -1), 2, version=5)


def builtin(name: str, source: int, target: int) -> OperatorSpec:
    return OperatorSpec(BUILTIN_OPERATORS.index(name), 1, (source,), (target,))


def why(raw: bytes, way: Way = Way.TFLITE) -> PlumblineError:
    with came_as(way), pytest.raises(PlumblineError) as caught:
        compile_graph(read(raw), "blocked", bytes(32))
    assert caught.value.hint
    return caught.value


def dense(source: TensorSpec = SOURCE, weights: TensorSpec = WEIGHTS, answer: TensorSpec = ANSWER) -> bytes:
    return write_graph([source, weights, answer], [DENSE], 0, 2)


KINDS = {
    "float32 model: it was not quantized": dense(
        replace(SOURCE, **FLOATS), replace(WEIGHTS, **FLOATS, data=np.zeros((2, 3), np.float32)), replace(ANSWER, **FLOATS)
    ),
    r"hybrid model \(dynamic range quantization\): its weights are int8": dense(replace(SOURCE, **FLOATS), answer=replace(ANSWER, **FLOATS)),
    "hybrid model: its weights are int4": dense(
        replace(SOURCE, **FLOATS), replace(WEIGHTS, data=np.zeros(3, np.int8), kind=INT4), replace(ANSWER, **FLOATS)
    ),
    "model quantized to uint8, as converters did until 2020": dense(
        replace(SOURCE, kind=UINT8), replace(WEIGHTS, data=np.zeros((2, 3), np.uint8), kind=UINT8), replace(ANSWER, kind=UINT8)
    ),
}


@pytest.mark.parametrize("says", KINDS)
def test_a_model_of_another_kind_is_called_that_with_the_way_to_int8(says: str) -> None:
    error = why(KINDS[says])
    assert isinstance(error, ModelRefused)
    assert re.search(says, error.message)
    assert "representative_dataset" in error.hint
    assert "inference_input_type = converter.inference_output_type = tf.int8" in error.hint


HALF = TensorSpec("net/dense/half", (2, 3), data=np.zeros((2, 3), np.float16), kind=FLOAT16)


@pytest.mark.parametrize(("stored", "kind"), [(HALF, "float16"), (replace(WEIGHTS, name="net/dense/codes"), "int8")], ids=["float16", "int8"])
def test_weights_that_are_stored_in_another_type_are_told_from_float32_ones(stored: TensorSpec, kind: str) -> None:
    tensors = [replace(SOURCE, **FLOATS), stored, replace(WEIGHTS, **FLOATS, data=None), replace(ANSWER, **FLOATS)]
    steps = [unary("DEQUANTIZE", 1, 2), replace(DENSE, inputs=(0, 2, -1), outputs=(3,))]
    assert why(write_graph(tensors, steps, 0, 3)).message == f"This is a model with {kind} weights, which computes in float32."


def test_a_float_model_without_weights_is_one() -> None:
    ends = [TensorSpec("input", (1, 4), kind=FLOAT32), TensorSpec("out", (1, 4), kind=FLOAT32)]
    assert why(write_graph(ends, [unary("TANH", 0, 1)], 0, 1)).message == "This is a float32 model: it was not quantized."


def test_all_reasons_are_listed_at_once() -> None:
    ends = [TensorSpec("input", (1, 4), kind=INT64), TensorSpec("out", (1, 4), kind=INT64)]
    inside = [TensorSpec(f"tensor_{i}", (1, 4), (0.1,), (0,)) for i in range(2)]
    steps = [builtin("SIN", 0, 1), builtin("SIN", 1, 2), builtin("COS", 2, 3)]
    error = why(write_graph([ends[0], *inside, ends[1]], steps, 0, 3))
    assert isinstance(error, ModelRefused)
    assert error.message.splitlines() == [
        "The model cannot run on a board, for 4 reasons:",
        "- Tensor input: the model's input is INT64, not quantized int8.",
        "- Tensor out: the model's output is INT64, not quantized int8.",
        "- SIN is not supported, 2 times (layers tensor_0, tensor_1).",
        "- Layer out: COS is not supported.",
    ]
    assert "Build the layer out of others" in error.hint


def test_every_operator_that_is_not_there_is_named() -> None:
    tensors = [TensorSpec(f"net/layer_{i}/out", (1, 4), (0.1,), (0,)) for i in range(6)]
    steps = [builtin(name, i, i + 1) for i, name in enumerate(("COS", "EXP", "COS", "COS", "COS"))]
    error = why(write_graph(tensors, steps, 0, 5))
    assert isinstance(error, UnsupportedOperator)
    assert error.message.splitlines()[1:] == [
        "- COS is not supported, 4 times (layers net/layer_1/out, net/layer_3/out, net/layer_4/out and 1 more).",
        "- Layer net/layer_2/out: EXP is not supported.",
    ]


def test_a_model_of_hundreds_of_reasons_is_cut() -> None:
    tensors = [TensorSpec(f"net/layer_{i}/{'name' * 40}", (1, 4), (0.1,), (0,)) for i in range(61)]
    names = [name for name in BUILTIN_OPERATORS if name not in ("CUSTOM", "DELEGATE") and named(name) is None][:60]
    error = why(write_graph(tensors, [builtin(name, i, i + 1) for i, name in enumerate(names)], 0, 60))
    lines = error.message.splitlines()
    assert len(lines) == blockers.MOST + 2
    assert lines[-1].startswith("- and ")
    assert max(map(len, lines)) < 160


@pytest.mark.parametrize(
    ("name", "says", "step"),
    [
        ("ethos-u", "a program for Arm's Ethos-U NPU, made by Vela", "from before Vela"),
        ("edgetpu-custom-op", r"Google's Edge TPU \(Coral\), made by edgetpu_compiler", "from before edgetpu_compiler"),
        ("NeutronGraph", "NXP's eIQ Neutron NPU", "from before neutron-converter"),
        ("TFLite_Detection_PostProcess", "boxes of an SSD detector", "without the postprocessing"),
        ("FlexErf", "TensorFlow's own operator CUSTOM:FlexErf", "without SELECT_TF_OPS"),
        ("mine", "CUSTOM:mine is not supported", "Build the layer out of others"),
    ],
)
def test_operators_of_vendors_are_named_as_such(name: str, says: str, step: str) -> None:
    out = Builder()
    buffers = [out.table([])]
    ends = [TensorSpec("input", (1, 4), (0.1,), (0,)), TensorSpec("scratch", (1, 64), (1.0,), (0,)), TensorSpec("out", (1, 4), (0.1,), (0,))]
    tables = [out.tensor(each, buffers) for each in ends]
    operator = out.table([(0, "Uint32", 0), (1, "offset", out.numbers((0, 1), "Int32")), (2, "offset", out.numbers((2,), "Int32"))])
    error = why(out.model([(32, 1)], buffers, tables, [operator], ((0,), (2,)), custom=name))
    assert isinstance(error, UnsupportedOperator)
    assert re.search(says, error.message)
    assert step in error.hint


def test_dynamic_shapes_come_with_the_operators_behind_them() -> None:
    tensors = [replace(SOURCE, shape=(-1, 3)), WEIGHTS, replace(ANSWER, shape=(-1, 2)), replace(ANSWER, name="net/exp/out", shape=(-1, 2))]
    error = why(write_graph(tensors, [DENSE, builtin("EXP", 2, 3)], 0, 3))
    assert "- Tensor input: the dynamic shape (-1, 3)." in error.message
    assert "- Layer net/exp/out: EXP is not supported." in error.message


def test_a_name_in_a_file_adds_no_line() -> None:
    tensors = [SOURCE, replace(SOURCE, name="net\n- and all is well\nerror: x/out")]
    error = why(write_graph(tensors, [builtin("COS", 0, 1)], 0, 1))
    assert error.message == "Layer net - and all is well error: x/out: COS is not supported."


def test_numbers_of_an_index_are_no_reason() -> None:
    axes = TensorSpec("axes", (1,), data=np.array([1], np.int32), kind=INT32)
    raw = write_graph([SOURCE, axes, replace(ANSWER, shape=(1,))], [OperatorSpec(40, 2, (0, 1), (2,), 27)], 0, 2)
    compile_graph(read(raw), "mean", bytes(32))
