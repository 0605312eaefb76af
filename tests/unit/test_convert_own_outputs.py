"""Outputs that are one tensor twice, or an input handed through; and those that are constants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plumbline.common.errors import ModelRefused
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.references import reference_interpreter, tflm
from tests.support import compiled_c
from tests.support.tflite_writer import FLOAT32, TensorSpec, write_graph
from tests.support.write_operators import unary

CODES = np.random.default_rng(3).integers(-128, 128, (20, 6)).astype(np.int8)
TENSORS = [TensorSpec("input", (1, 6), (0.1,), (3,)), TensorSpec("relu", (1, 6), (0.1,), (3,)), TensorSpec("tanh", (1, 6), (1 / 128,), (0,))]
STEPS = [unary("RELU", 0, 1), unary("TANH", 1, 2)]


@pytest.mark.skipif(not tflm.available(), reason="the tflite-micro wheel exists for Linux on x86-64 only")
@pytest.mark.skipif(compiled_c.compiler() is None, reason="needs a C compiler")
def test_a_tensor_is_several_outputs_and_an_input_one_too(tmp_path: Path) -> None:
    raw = write_graph(TENSORS, STEPS, 0, (2, 1, 0, 2))
    graph = read(raw)
    assert len({each.index for each in (*graph.inputs, *graph.outputs)}) == 5
    expected = tflm.Interpreter(raw, graph).run(CODES)
    np.testing.assert_array_equal(expected[:, 12:18], CODES)
    np.testing.assert_array_equal(reference_interpreter.run(graph, CODES), expected)
    np.testing.assert_array_equal(compiled_c.run(tmp_path, [graph], [CODES])[0], expected)


def test_no_byte_is_moved_for_them() -> None:
    graph = read(write_graph(TENSORS, STEPS, 0, (2, 1, 0, 2)))
    places = compile_graph(graph, "own", bytes(32)).memory.offsets
    *_, handed, again = (places[each.index] for each in graph.outputs)
    assert (handed, again) == (places[graph.inputs[0].index], places[graph.outputs[0].index])


def test_a_constant_output_is_refused_with_what_to_do() -> None:
    constant = TensorSpec("bias", (1, 6), (0.1,), (3,), data=np.zeros(6, np.int8))
    with pytest.raises(ModelRefused, match="Tensor bias: the model's output is a constant") as caught:
        read(write_graph([*TENSORS, constant], STEPS, 0, (2, 3)))
    assert caught.value.hint.startswith("Leave the output out")


def test_an_input_that_nothing_reads_is_refused_as_such_where_it_is_no_code() -> None:
    idle = TensorSpec("idle", (1, 6), kind=FLOAT32)
    with pytest.raises(ModelRefused, match="Tensor idle: nothing reads the model's input") as caught:
        read(write_graph([*TENSORS, idle], STEPS, (0, 3), 2))
    assert caught.value.hint.startswith("Leave the input out")
