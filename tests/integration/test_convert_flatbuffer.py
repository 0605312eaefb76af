"""The reader of .tflite files agrees with TensorFlow's own, refuses what it does not know, and survives any damage."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbline.common.errors import ModelRefused, PlumblineError
from plumbline.common.paths import ROOT
from plumbline.convert.codegen.emit import compile_graph
from plumbline.convert.importers.flatbuffer.reader import read
from plumbline.convert.model import schema
from plumbline.convert.operators import registered
from plumbline.convert.operators.fully_connected.reference import FullyConnectedOptions
from plumbline.convert.references import reference_interpreter, tflm
from tests.support.flatbuffer_writer import Dense, Model, random_model, write
from tests.support.schema_reader import described, described_by_schema, schema_reader
from tests.support.tflite_writer import FLOAT32

SHARED = ROOT.parent / "shared" / "models" / "mlperf_tiny"
MODELS = sorted(SHARED.glob("*.tflite"))
SMALL = Model(0.1, -3, (Dense(np.array([[1, -2], [3, 4]], np.int8), np.array([5, -6], np.int32), (0.5, 0.25), 0.75, 7, "RELU6"),))
RAW = write(SMALL)


def test_what_was_written_is_read() -> None:
    graph = read(RAW)
    (operator,) = graph.operators
    source, weights, bias = operator.inputs
    assert (operator.name, operator.version, operator.layer) == ("FULLY_CONNECTED", 4, "model/dense_0/MatMul")
    assert isinstance(operator.options, FullyConnectedOptions)
    assert operator.options.activation == "RELU6"
    assert source is not None
    assert weights is not None
    assert bias is not None
    assert (source, operator.outputs[0]) == (graph.input, graph.output)
    assert (graph.input.shape, graph.input.quantized.scale, graph.input.quantized.zero_point) == ((1, 2), float(np.float32(0.1)), -3)
    assert (weights.quantized.scales, weights.quantized.axis, operator.per_channel) == ((0.5, 0.25), 0, True)
    np.testing.assert_array_equal(weights.values(), SMALL.layers[0].weights)
    np.testing.assert_array_equal(bias.values(), np.array([5, -6]))
    assert (graph.output.quantized.scale, graph.output.quantized.zero_point) == (0.75, 7)


def test_written_models_read_the_same_through_the_schema() -> None:
    rng = np.random.default_rng(7)
    for trial in range(20):
        raw = write(random_model(rng, int(rng.integers(1, 9)), per_channel=trial % 2 == 0))
        assert described(read(raw)) == described_by_schema(raw)


@pytest.mark.skipif(not MODELS, reason="needs ../shared/models/mlperf_tiny, which is not part of the repository")
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_real_models_read_the_same_through_the_schema(path: Path) -> None:
    raw = path.read_bytes()
    assert described(read(raw)) == described_by_schema(raw)


def test_names_and_numbers_are_the_schemas() -> None:
    generated = schema_reader()
    for names, enum in (
        (schema.BUILTIN_OPERATORS, generated.BuiltinOperator),
        (schema.TENSOR_TYPES, generated.TensorType),
        (schema.ACTIVATIONS, generated.ActivationFunctionType),
        (schema.PADDINGS, generated.Padding),
    ):
        numbers = {number: name for name, number in vars(enum).items() if isinstance(number, int)}
        assert list(names) == [numbers[i] for i in range(len(names))]
    assert generated.BuiltinOperator.CUSTOM == schema.CUSTOM
    assert generated.BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES == schema.PLACEHOLDER_FOR_GREATER_OP_CODES
    options = {number: name for name, number in vars(generated.BuiltinOptions).items() if isinstance(number, int)}
    own = {"SequenceLstmOptions": "UnidirectionalSequenceLSTMOptions"}
    for each in registered().values():
        builtin = each.options if not each.name.startswith("CUSTOM:") else None
        name = builtin.__name__ if builtin else ""
        assert not name or options[each.options_number] == own.get(name, name)


def edited(edit: Any) -> bytes:
    """RAW taken apart by the schema's reader, changed by `edit`, and packed again."""
    import flatbuffers

    generated = schema_reader()
    model = generated.ModelT.InitFromObj(generated.Model.GetRootAsModel(bytearray(RAW), 0))
    edit(model, model.subgraphs[0])
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def unwritten(subgraph: Any) -> None:
    """Its output is a tensor that no operator has to do with."""
    subgraph.outputs = [len(subgraph.tensors)]
    subgraph.tensors.append(subgraph.tensors[0])


EDITS = {
    "schema version 4": lambda m, s: setattr(m, "version", 4),
    "is damaged: its schema version is 3444": lambda m, s: setattr(m, "version", 3444),
    "no operators": lambda m, s: setattr(s, "operators", []),
    "two of the model's inputs": lambda m, s: setattr(s, "inputs", [0, 0]),
    "The model has no outputs": lambda m, s: setattr(s, "outputs", []),
    r"dynamic shape \(-1, 2\)": lambda m, s: setattr(s.tensors[0], "shape", [-1, 2]),
    "9 dimensions": lambda m, s: setattr(s.tensors[0], "shape", [1] * 9),
    r"has the shape \(1, 0\)": lambda m, s: setattr(s.tensors[0], "shape", [1, 0]),
    "is a variable": lambda m, s: setattr(s.tensors[0], "isVariable", True),
    "is a variable and a constant": lambda m, s: setattr(s.tensors[1], "isVariable", True),
    "a hybrid model": lambda m, s: setattr(s.tensors[0], "type", FLOAT32),
    "type 77": lambda m, s: setattr(s.tensors[0], "type", 77),
    "buffer 99 of": lambda m, s: setattr(s.tensors[0], "buffer", 99),
    "holds 4 bytes": lambda m, s: setattr(s.tensors[1], "shape", [2, 3]),
    "2 scales and 1 zero points": lambda m, s: setattr(s.tensors[1].quantization, "zeroPoint", [0]),
    "scale that is not a positive number": lambda m, s: setattr(s.tensors[1].quantization, "scale", [0.5, float("nan")]),
    r"among the model's inputs, has the zero points \(300,\)": lambda m, s: setattr(s.tensors[0].quantization, "zeroPoint", [300]),
    "operator code 5 of 1": lambda m, s: setattr(s.operators[0], "opcodeIndex", 5),
    "tensor 44 of": lambda m, s: setattr(s.operators[0], "inputs", [44, 1, 2]),
    "has 3 inputs and 0 outputs": lambda m, s: setattr(s.operators[0], "outputs", []),
    "already has a value": lambda m, s: setattr(s.operators[0], "outputs", [0]),
    "before anything has written it": lambda m, s: setattr(s.operators[0], "inputs", [3, 1, 2]),
    "the model's output is a constant": lambda m, s: setattr(s, "outputs", [1]),
    "nothing computes the output": lambda m, s: unwritten(s),
    "activation 99": lambda m, s: setattr(s.operators[0].builtinOptions, "fusedActivationFunction", 99),
}


@pytest.mark.parametrize("message", EDITS)
def test_odd_models_are_refused_with_the_reason(message: str) -> None:
    with pytest.raises(ModelRefused, match=message) as caught:
        read(edited(EDITS[message]))
    assert caught.value.hint


def test_an_unedited_repack_is_still_read() -> None:
    assert described(read(edited(lambda m, s: None)))[1:] == described(read(RAW))[1:]


def filled_up(model: Any, subgraph: Any) -> None:
    """Behind the weights and the bias, as some compilers leave them, lies what only rounds their sizes up."""
    for tensor in subgraph.tensors[1:3]:
        buffer = model.buffers[tensor.buffer]
        buffer.data = np.append(np.asarray(buffer.data, np.uint8), np.full(8, 0x55, np.uint8))


@pytest.mark.skipif(not tflm.available(), reason="needs the tflite-micro wheel")
def test_what_lies_behind_a_constant_is_left_alone() -> None:
    raw = edited(filled_up)
    graph, rows = read(raw), np.arange(-100, 100, 10, dtype=np.int8).reshape(-1, 2)
    assert described(graph)[1:] == described(read(RAW))[1:]
    np.testing.assert_array_equal(reference_interpreter.run(graph, rows), tflm.Interpreter(raw, graph).run(rows))


def test_a_subgraph_that_nothing_calls_changes_nothing() -> None:
    found, expected = read(edited(lambda m, s: m.subgraphs.append(s))), read(edited(lambda m, s: None))
    assert (found.operators, found.inputs, found.outputs) == (expected.operators, expected.inputs, expected.outputs)


@pytest.mark.parametrize("signature", [[-1, 2], [-1, -1], [1, -1]])
def test_a_shape_counts_whatever_its_signature_leaves_open(signature: list[int]) -> None:
    assert read(edited(lambda m, s: setattr(s.tensors[0], "shapeSignature", signature))).input.shape == (1, 2)


def test_operator_codes_of_old_files_are_in_the_narrow_field() -> None:
    def old(model: Any, subgraph: Any) -> None:
        model.operatorCodes[0].builtinCode = 0

    assert read(edited(old)).operators[0].name == "FULLY_CONNECTED"


def test_custom_and_unknown_operators_keep_a_name() -> None:
    def custom(model: Any, subgraph: Any) -> None:
        model.operatorCodes[0].builtinCode = model.operatorCodes[0].deprecatedBuiltinCode = schema.CUSTOM
        model.operatorCodes[0].customCode = "mine"

    def unknown(model: Any, subgraph: Any) -> None:
        model.operatorCodes[0].builtinCode, model.operatorCodes[0].deprecatedBuiltinCode = 4000, 127

    assert read(edited(custom)).operators[0].name == "CUSTOM:mine"
    assert read(edited(unknown)).operators[0].name == "BUILTIN_4000"


@pytest.mark.parametrize("raw", [b"", b"TFL3", b"\0" * 7, b"\0" * 64, b"PK\x03\x04" + b"x" * 60], ids=repr)
def test_what_is_no_flatbuffer_is_refused(raw: bytes) -> None:
    with pytest.raises(ModelRefused):
        read(raw)


def test_every_truncation_is_refused() -> None:
    for length in range(len(RAW)):
        with pytest.raises(ModelRefused):
            read(RAW[:length])


def survive(raw: bytes) -> None:
    """Read, and where that works run and compile, quickly; nothing but a PlumblineError may come out."""
    start = time.monotonic()
    try:
        graph = read(raw)
        if graph.input.elements < 1000:
            reference_interpreter.run(graph, np.zeros((1, graph.input.elements), np.int8))
            compile_graph(graph, "damaged", bytes(32))
    except PlumblineError:
        pass
    assert time.monotonic() - start < 60


@given(st.lists(st.tuples(st.integers(0, len(RAW) - 1), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=1500)
def test_changed_bytes_never_crash_the_reader(changes: list[tuple[int, int]]) -> None:
    raw = bytearray(RAW)
    for at, value in changes:
        raw[at] = value
    survive(bytes(raw))


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_noise_behind_the_identifier_never_crashes_the_reader(noise: bytes) -> None:
    survive(noise[:4].ljust(4, b"\0") + b"TFL3" + noise[4:])


def test_every_word_replaced_by_extremes_never_crashes_the_reader() -> None:
    for at in range(0, len(RAW) - 3, 4):
        for word in (0, 1, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, len(RAW) - at):
            survive(RAW[:at] + word.to_bytes(4, "little") + RAW[at + 4 :])


@pytest.mark.slow
@pytest.mark.skipif(not MODELS, reason="needs ../shared/models/mlperf_tiny, which is not part of the repository")
def test_damaged_real_models_never_crash_the_reader() -> None:
    rng = random.Random(5)
    original = next(path for path in MODELS if path.stem == "kws").read_bytes()
    for _ in range(300):
        raw = bytearray(original)
        for _ in range(rng.randint(1, 6)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        survive(bytes(raw))


def test_weights_of_another_version_of_the_operator_are_reported_as_such() -> None:
    assert read(write(replace(SMALL), operator_version=9)).operators[0].version == 9
