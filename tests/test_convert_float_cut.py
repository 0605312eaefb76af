"""A model with float32 ends: the board gets what lies between them, byte for byte, and answers what the whole model does."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from common.errors import ModelRefused, PlumblineError
from convert import integer, tflm
from convert.codes import dequantize
from convert.flatbuffer import parts, read
from convert.float_ends import cut
from tests.fuzz_flatbuffer import mutate
from tests.random_layers import rows
from tests.tflite_writer import FLOAT32, OperatorSpec, TensorSpec, write_graph
from tests.write_arithmetic import leaky_relu, unary

SHAPE = (1, 6)
TENSORS = [
    TensorSpec("input", SHAPE, kind=FLOAT32),
    TensorSpec("layer/in", SHAPE, (0.05,), (-7,)),
    TensorSpec("layer/out", SHAPE, (0.04,), (3,)),
    TensorSpec("output", SHAPE, kind=FLOAT32),
]
INNER = leaky_relu(0.3, 1, 2)
QUANTIZE, DEQUANTIZE = unary("QUANTIZE", 0, 1), unary("DEQUANTIZE", 2, 3)


@pytest.mark.parametrize(
    ("operators", "first", "last", "ends"),
    [
        ([QUANTIZE, INNER, DEQUANTIZE], 0, 3, ("input", "output")),
        ([QUANTIZE, INNER], 0, 2, ("input",)),
        ([INNER, DEQUANTIZE], 1, 3, ("output",)),
        ([INNER], 1, 2, ()),
    ],
    ids=["both", "input", "output", "none"],
)
def test_what_lies_between_answers_as_the_whole_model(operators: list[OperatorSpec], first: int, last: int, ends: tuple[str, ...]) -> None:
    whole = write_graph(TENSORS, operators, first, last)
    raw, gone = cut(whole)
    assert gone == ends
    assert len(raw) == len(whole)
    assert (raw == whole) == (not ends)
    graph = read(raw)
    assert [operator.name for operator in graph.operators] == ["LEAKY_RELU"]
    assert (graph.input.name, graph.output.name) == ("layer/in", "layer/out")
    codes = rows(np.random.default_rng(2), 6, -7)
    answers = integer.run(graph, codes)
    if tflm.available():
        np.testing.assert_array_equal(tflm.Interpreter(raw, graph).run(codes), answers)
        given = dequantize(codes, graph.input.quantized) if "input" in ends else codes
        expected = dequantize(answers, graph.output.quantized) if "output" in ends else answers
        np.testing.assert_array_equal(ask(whole, given), expected)
    assert cut(raw) == (raw, ())


def ask(raw: bytes, given: NDArray[np.float32] | NDArray[np.int8]) -> NDArray[np.generic]:
    """The whole model's answers (N, 6), float32 ends and all, by the wheel."""
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(raw, arena_size=1 << 16)
    found = []
    for row in given:
        interpreter.set_input(row.reshape(SHAPE), 0)
        interpreter.invoke()
        found.append(interpreter.get_output(0).ravel())
    return np.array(found)


def test_a_float_end_that_is_not_quantized_by_one_operator_is_refused() -> None:
    twice = [QUANTIZE, unary("QUANTIZE", 0, 4), INNER, DEQUANTIZE]
    with pytest.raises(ModelRefused, match="input input is FLOAT32, and QUANTIZE, QUANTIZE works on it") as caught:
        cut(write_graph([*TENSORS, TensorSpec("other", SHAPE, (0.1,), (0,))], twice, 0, 3))
    assert "convert with int8 input and output" in caught.value.hint
    with pytest.raises(ModelRefused, match="output output is FLOAT32, and RELU works on it"):
        cut(write_graph(TENSORS, [QUANTIZE, INNER, unary("RELU", 2, 3)], 0, 3))
    with pytest.raises(ModelRefused, match="input is FLOAT32, and nothing works on it"):
        cut(write_graph(TENSORS, [INNER, DEQUANTIZE], 0, 3))
    with pytest.raises(ModelRefused, match="cannot be cut off"):
        cut(write_graph([TENSORS[0], TENSORS[1], TENSORS[3]], [unary("QUANTIZE", 0, 1), unary("DEQUANTIZE", 1, 2)], 0, 2))


def test_damaged_files_are_refused_with_a_message() -> None:
    whole = write_graph(TENSORS, [QUANTIZE, INNER, DEQUANTIZE], 0, 3)
    rng, cuts, refusals = np.random.default_rng(5), 0, 0
    for _ in range(3000):
        raw = mutate(rng, whole, [whole])
        try:
            changed, _ends = cut(raw)
            cuts += changed != raw and len(parts(changed)[2]) > 0
        except PlumblineError as error:
            refusals += bool(error.hint)
    assert cuts > 300
    assert refusals > 300
