"""A model with float32 ends: the board gets what lies between them, byte for byte, and answers what the whole model does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from plumbline.common.errors import ModelRefused, PlumblineError
from plumbline.common.quantization import dequantize_float32
from plumbline.common.way import Way, came_as
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.parse import take_apart
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.importers.flatbuffer.strip_float_io import cut
from plumbline.convert.model.graph import Graph
from plumbline.convert.references import reference_interpreter, tflm
from tests.faults.fuzz_flatbuffer import mutate
from tests.support.input_rows import input_rows, rows_for
from tests.support.tflite_writer import FLOAT32, INT16, UINT8, OperatorSpec, TensorSpec, write_graph
from tests.support.write_operators import leaky_relu, unary

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
        ([QUANTIZE, INNER, DEQUANTIZE], 0, 3, ("float32 input", "float32 output")),
        ([QUANTIZE, INNER], 0, 2, ("float32 input",)),
        ([INNER, DEQUANTIZE], 1, 3, ("float32 output",)),
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
    codes = input_rows(np.random.default_rng(2), 6, -7)
    answers = reference_interpreter.run(graph, codes)
    if tflm.available():
        np.testing.assert_array_equal(tflm.Interpreter(raw, graph).run(codes), answers)
        given = dequantize_float32(codes, graph.input.quantized) if "float32 input" in ends else codes
        expected = dequantize_float32(answers, graph.output.quantized) if "float32 output" in ends else answers
        np.testing.assert_array_equal(ask(whole, given), expected)
    assert cut(raw) == (raw, ())


def ask(raw: bytes, given: NDArray[np.float32] | NDArray[np.int8] | NDArray[np.uint8]) -> NDArray[np.generic]:
    """The whole model's answers (N, 6), ends and all, by the wheel."""
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(raw, arena_size=1 << 16)
    found = []
    for row in given:
        interpreter.set_input(row.reshape(SHAPE), 0)
        interpreter.invoke()
        found.append(interpreter.get_output(0).ravel())
    return np.array(found)


def test_ends_that_are_not_quantized_by_one_operator_stay_and_are_named() -> None:
    twice = [QUANTIZE, unary("QUANTIZE", 0, 4), INNER, DEQUANTIZE]
    for tensors, operators, last, says in (
        ([*TENSORS, TensorSpec("other", SHAPE, (0.1,), (0,))], twice, 3, "Tensor input: the model's input is FLOAT32, not quantized int8"),
        (TENSORS, [QUANTIZE, INNER, unary("RELU", 2, 3)], 3, "Tensor output: the model's output is FLOAT32, not quantized int8"),
        (TENSORS, [INNER, DEQUANTIZE], 3, "Tensor input: the model's input is FLOAT32, not quantized int8"),
    ):
        raw, _ = cut(write_graph(tensors, operators, 0, last))
        with came_as(Way.TFLITE), pytest.raises(ModelRefused, match=says) as caught:
            read(raw)
        assert "inference_output_type = tf.int8" in caught.value.hint


UINT8_ENDS = [
    TensorSpec("input", SHAPE, (0.05,), (121,), kind=UINT8),
    TensorSpec("layer/in", SHAPE, (0.05,), (-7,)),
    TensorSpec("layer/out", SHAPE, (0.04,), (3,)),
    TensorSpec("output", SHAPE, (0.04,), (131,), kind=UINT8),
]


def test_uint8_ends_are_cut_off_where_each_code_is_an_int8_code() -> None:
    whole = write_graph(UINT8_ENDS, [QUANTIZE, INNER, unary("QUANTIZE", 2, 3)], 0, 3)
    raw, gone = cut(whole)
    assert gone == ("uint8 input", "uint8 output")
    codes = input_rows(np.random.default_rng(2), 6, -7)
    answers = reference_interpreter.run(read(raw), codes)
    if tflm.available():
        np.testing.assert_array_equal(ask(whole, (codes.astype(np.int16) + 128).astype(np.uint8)), (answers.astype(np.int16) + 128).astype(np.uint8))


@pytest.mark.parametrize("other", [((0.1,), (121,)), ((0.05,), (120,)), ((), ())])
def test_uint8_ends_that_round_once_more_stay(other: tuple[tuple[float, ...], tuple[int, ...]]) -> None:
    tensors = [TensorSpec("input", SHAPE, *other, kind=UINT8), *UINT8_ENDS[1:]]
    raw, gone = cut(write_graph(tensors, [QUANTIZE, INNER, unary("QUANTIZE", 2, 3)], 0, 3))
    assert gone == ("uint8 output",)
    assert [end.type for end in read(raw).inputs] == ["UINT8"]


def case(operators: list[OperatorSpec], tensors: list[TensorSpec], first: tuple[int, ...], last: tuple[int, ...]) -> tuple[Graph, tuple[str, ...]]:
    """What is left of a model, which answers as the wheel does with what is left, and what was cut off."""
    raw, gone = cut(write_graph(tensors, operators, first, last))
    graph = read(raw)
    compile_graph(graph, "cut", bytes(32))
    rows = rows_for(np.random.default_rng(4), graph)
    if tflm.available():
        np.testing.assert_array_equal(reference_interpreter.run(graph, rows), tflm.Interpreter(raw, graph).run(rows))
    return graph, gone


def test_each_of_several_ends_is_cut_off_where_it_can_be() -> None:
    tensors = [*TENSORS, *(replace(each, name=f"{each.name} 2") for each in UINT8_ENDS)]
    inner = [INNER, leaky_relu(0.2, 5, 6)]
    steps = [QUANTIZE, unary("QUANTIZE", 4, 5), *inner, DEQUANTIZE, unary("QUANTIZE", 6, 7), unary("RELU", 2, 8)]
    graph, gone = case(steps, [*tensors, replace(TENSORS[2], name="third")], (0, 4), (3, 7, 8))
    assert gone == ("float32 input", "uint8 input", "float32 output", "uint8 output")
    assert [[each.name for each in ends] for ends in (graph.inputs, graph.outputs)] == [
        ["layer/in", "layer/in 2"],
        ["layer/out", "layer/out 2", "third"],
    ]


def test_two_float32_outputs_of_one_tensor_are_cut_off_once() -> None:
    tensors = [*TENSORS, replace(TENSORS[3], name="again")]
    graph, gone = case([QUANTIZE, INNER, DEQUANTIZE, unary("DEQUANTIZE", 2, 4)], tensors, (0,), (3, 4))
    assert gone == ("float32 input", "float32 output")
    assert [each.type for each in graph.outputs] == ["INT8", "FLOAT32"]


def test_a_float32_output_that_something_reads_stays_one() -> None:
    graph, gone = case([QUANTIZE, INNER, DEQUANTIZE, unary("QUANTIZE", 3, 4)], [*TENSORS, replace(TENSORS[1], name="codes")], (0,), (3, 4))
    assert gone == ("float32 input",)
    assert [each.type for each in graph.outputs] == ["FLOAT32", "INT8"]


def test_a_model_between_two_float32_ends_is_not_cut_to_nothing() -> None:
    graph, gone = case([unary("QUANTIZE", 0, 1), unary("DEQUANTIZE", 1, 2)], [TENSORS[0], TENSORS[1], TENSORS[3]], (0,), (2,))
    assert gone == ("float32 input",)
    assert [each.type for each in graph.outputs] == ["FLOAT32"]


def test_a_tensor_that_several_operators_read_becomes_the_input() -> None:
    graph, gone = case([QUANTIZE, INNER, unary("RELU", 1, 4), DEQUANTIZE], [*TENSORS, replace(TENSORS[1], name="other")], (0,), (3, 4))
    assert gone == ("float32 input", "float32 output")
    assert [[each.name for each in ends] for ends in (graph.inputs, graph.outputs)] == [["layer/in"], ["layer/out", "other"]]


def test_int16_codes_are_behind_float32_ends_as_well() -> None:
    wide = [TENSORS[0], *(TensorSpec(f"layer/{name}", SHAPE, (0.001,), (0,), kind=INT16) for name in ("in", "out")), TENSORS[3]]
    graph, gone = case([QUANTIZE, unary("QUANTIZE", 1, 2), DEQUANTIZE], wide, (0,), (3,))
    assert gone == ("float32 input", "float32 output")
    assert graph.input.type == graph.output.type == "INT16"


def test_an_output_that_is_an_input_stays() -> None:
    tensors = [TENSORS[1], TENSORS[3], TENSORS[2]]
    graph, gone = case([unary("DEQUANTIZE", 0, 1), leaky_relu(0.2, 0, 2)], tensors, (0,), (1, 2))
    assert gone == ()
    assert [each.type for each in graph.outputs] == ["FLOAT32", "INT8"]


def test_names_of_the_signature_follow_the_ends() -> None:
    """One of the indices is 0, which a writer leaves out."""
    tensors = [*TENSORS, replace(TENSORS[3], name="again"), replace(TENSORS[2], name="layer/other")]
    steps = [QUANTIZE, INNER, DEQUANTIZE, unary("RELU", 1, 5), unary("DEQUANTIZE", 5, 4)]
    raw = signed(write_graph(tensors, steps, 0, (3, 4)), {"voice": 0}, {"left": 3, "right": 4})
    graph = read(cut(raw)[0])
    assert [graph.name_of(each) for each in graph.outputs] == ["left", "right"]
    both = signed(
        write_graph([*TENSORS, *TENSORS[:2]], [QUANTIZE, INNER, DEQUANTIZE, unary("QUANTIZE", 4, 5)], (0, 4), 3), {"a": 0, "b": 4}, {"c": 3}
    )
    graph = read(cut(both)[0])
    assert [graph.name_of(each) for each in graph.inputs] == ["a", "b"]


def signed(raw: bytes, inputs: dict[str, int], outputs: dict[str, int]) -> bytes:
    """The model with a signature, by TensorFlow Lite's own writer."""
    flatbuffers, generated = pytest.importorskip("flatbuffers"), pytest.importorskip("ai_edge_litert.schema_py_generated")
    model = generated.ModelT.InitFromObj(generated.Model.GetRootAsModel(bytearray(raw), 0))
    signature = generated.SignatureDefT()
    for ends, names in (("inputs", inputs), ("outputs", outputs)):
        maps = []
        for name, index in names.items():
            maps.append(generated.TensorMapT())
            maps[-1].name, maps[-1].tensorIndex = name, index
        setattr(signature, ends, maps)
    model.signatureDefs = [signature]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def test_damaged_files_are_refused_with_a_message() -> None:
    whole = write_graph(TENSORS, [QUANTIZE, INNER, DEQUANTIZE], 0, 3)
    rng, cuts, refusals = np.random.default_rng(5), 0, 0
    for _ in range(3000):
        raw = mutate(rng, whole, [whole])
        try:
            changed, _ends = cut(raw)
            cuts += changed != raw and len(take_apart(changed).operators) > 0
        except PlumblineError as error:
            refusals += bool(error.hint)
    assert cuts > 300
    assert refusals > 300


def test_what_is_computed_in_float32_behind_the_last_code_goes_with_the_output() -> None:
    tail = [*TENSORS, replace(TENSORS[3], name="logarithms")]
    graph, gone = case([QUANTIZE, INNER, DEQUANTIZE, unary("LOG_SOFTMAX", 3, 4)], tail, (0,), (4,))
    assert gone == ("float32 input", "float32 output with LOG_SOFTMAX in float32")
    assert [operator.name for operator in graph.operators] == ["LEAKY_RELU"]
    assert graph.output.name == "layer/out"
